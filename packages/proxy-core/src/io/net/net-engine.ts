/** The IO engine on public Node APIs (`node:net`, `node:tls`): the default everywhere. */
import { Buffer } from 'node:buffer'
import net from 'node:net'
import type { Clock } from '@istio-ts/foundation'
import { foreignObject } from '../errors.ts'
import type { Address, ByteStream, IoEngine, Listening, RelayCounters, RelayResult, StreamEvents, TlsContext, TlsContextOptions } from '../io-engine.ts'
import { relayStreams } from '../relay.ts'
import { listenError } from './node-error.ts'
import { addressOf, NetStream } from './net-stream.ts'
import { startNetTls, type TlsResult } from './net-tls.ts'
import { NetTlsContext } from './net-tls-context.ts'
import { systemClock } from './system-clock.ts'
import { Turn } from './turn.ts'

/** Size of the read buffer that all upstream sockets of an engine share. */
const READ_BUFFER_BYTES = 64 * 1024

/** Options of {@link netEngine}. */
export interface NetEngineOptions {
  /** Time for idle relays; default the system clock. */
  readonly clock?: Clock
  /**
   * Told of exceptions that callbacks of a stream's owner throw; the stream is dropped. Default: thrown again outside the event, which
   * ends a process that has no handler, so that a bug is not overlooked.
   */
  readonly onFault?: (error: unknown) => void
}

const throwLater = (error: unknown): void =>
  queueMicrotask(() => {
    throw error
  })

/**
 * Makes an engine on Node's sockets. One engine per thread: it owns one read buffer for the sockets it opens (libuv reads and calls back
 * synchronously, so a range is used up before the next read) and a stack of write buffers.
 */
export const netEngine = (options: NetEngineOptions = {}): IoEngine => new NetEngine(options.clock ?? systemClock(), options.onFault ?? throwLater)

class NetEngine implements IoEngine {
  readonly name = 'net'
  private readonly turn: Turn
  private readonly clock: Clock
  private readonly readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)

  constructor(clock: Clock, onFault: (error: unknown) => void) {
    this.clock = clock
    this.turn = new Turn(onFault)
  }

  listen(address: Address, options: { readonly reusePort?: boolean; readonly backlog?: number }, onAccept: (stream: ByteStream) => void): Promise<Listening> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true })
    const pipe = address.kind === 'pipe' ? { pipe: address.path } : {}
    server.on('connection', socket => {
      // A peer that has gone already leaves a socket without addresses.
      if (socket.remoteAddress === undefined && address.kind === 'ip') return void socket.destroy()
      const stream = new NetStream(this.turn, socket, { readsItself: false, ...pipe })
      stream.within(() => onAccept(stream))
    })
    const where = address.kind === 'pipe' ? { path: address.path } : { host: address.ip, port: address.port, reusePort: options.reusePort ?? false }
    return new Promise((resolve, reject) => {
      server.once('error', error => reject(listenError(address, error)))
      server.listen({ ...where, exclusive: true, backlog: options.backlog ?? 1024 }, () => {
        server.removeAllListeners('error')
        server.on('error', () => {}) // accept failures (EMFILE) pass; the next connection is tried again
        resolve(listening(server, address))
      })
    })
  }

  connect(address: Address, options: { readonly timeoutMs: number }, events: StreamEvents & { onConnect(stream: ByteStream): void }): ByteStream {
    const onread = {
      buffer: this.readBuffer,
      callback: (n: number, bytes: Uint8Array): boolean => {
        stream.received(bytes, 0, n)
        return true
      },
    }
    const where = address.kind === 'pipe' ? { path: address.path } : { host: address.ip, port: address.port, noDelay: true, autoSelectFamily: false }
    const socket = net.connect({ ...where, allowHalfOpen: true, onread })
    const pipe = address.kind === 'pipe' ? { pipe: address.path } : {}
    const stream = new NetStream(this.turn, socket, { readsItself: true, ...pipe, remote: address })
    stream.setEvents(events)
    const timer = setTimeout(() => stream.fail('timeout', `no connection within ${options.timeoutMs} ms`), options.timeoutMs)
    timer.unref()
    socket.once('connect', () => {
      clearTimeout(timer)
      if (address.kind === 'ip') stream.localAddress = addressOf(socket.localAddress, socket.localPort)
      stream.within(() => events.onConnect(stream))
    })
    socket.once('close', () => clearTimeout(timer))
    return stream
  }

  tlsContext(options: TlsContextOptions): TlsContext {
    return new NetTlsContext(options)
  }

  startTls(stream: ByteStream, context: TlsContext, options: { readonly timeoutMs: number }, done: (result: TlsResult) => void): void {
    if (!(context instanceof NetTlsContext)) throw foreignObject('TLS context', this.name)
    startNetTls(this.turn, stream, context, options.timeoutMs, done)
  }

  relay(a: ByteStream, b: ByteStream, onDone: (result: RelayResult) => void, idleTimeoutMs?: number): RelayCounters {
    return relayStreams(a, b, onDone, idleTimeoutMs === undefined ? { clock: this.clock } : { clock: this.clock, idleTimeoutMs })
  }
}

function listening(server: net.Server, asked: Address): Listening {
  const bound = server.address()
  const address: Address = bound !== null && typeof bound === 'object' ? { kind: 'ip', ip: bound.address, port: bound.port } : asked
  return {
    address,
    close: () => {
      server.close() // its callback would wait for accepted streams too, which live on
      return Promise.resolve()
    },
  }
}
