/** A byte stream on a `net.Socket` or `tls.TLSSocket`: reads without copies, gathers writes per turn, reports back-pressure. */
import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Address, ByteStream, StreamEvents, StreamFailure, TlsFacts } from '../io-engine.ts'
import { streamFailure } from './node-error.ts'
import type { Turn } from './turn.ts'
import { WRITE_BUFFER_BYTES } from './write-buffers.ts'

/** From this size on an owned range is written from where it lies instead of being gathered. */
const DIRECT_BYTES = 16 * 1024

/** Default of `close`. */
const LINGER_MS = 1000

const NOWHERE: Address = { kind: 'ip', ip: '', port: 0 }

/** Who is told while nobody has called `setEvents`, and after `close`. */
const SILENT: StreamEvents = { onData() {}, onEnd() {}, onDrain() {}, onClose() {} }

/** @internal made by the net engine only. */
export class NetStream implements ByteStream {
  localAddress: Address
  remoteAddress: Address
  readonly tls?: TlsFacts
  readonly socket: Socket
  private readonly turn: Turn
  /** Plain TCP tells by `writableLength` whether the kernel took a write; TLS does not. */
  private readonly plain: boolean
  private events: StreamEvents = SILENT
  private out: Buffer | undefined
  private outLength = 0
  private blocked = false
  private owesDrain = false
  private paused = false
  private ended = false
  private endReceived = false
  private endReported = false
  private closed = false
  private detached = false
  private unreadBytes: Uint8Array | undefined
  private delivering = false
  // Not named `failure`: results of startTls are told apart by that key.
  private brokenBy: StreamFailure | undefined
  private why: string | undefined
  private linger: NodeJS.Timeout | undefined

  constructor(turn: Turn, socket: Socket, options: { readonly readsItself: boolean; readonly pipe?: string; readonly tls?: TlsFacts; readonly remote?: Address; readonly local?: Address }) {
    this.turn = turn
    this.socket = socket
    this.plain = options.tls === undefined
    if (options.tls) this.tls = options.tls
    const pipe: Address | undefined = options.pipe === undefined ? undefined : { kind: 'pipe', path: options.pipe }
    this.remoteAddress = options.remote ?? pipe ?? addressOf(socket.remoteAddress, socket.remotePort)
    this.localAddress = options.local ?? pipe ?? addressOf(socket.localAddress, socket.localPort)
    if (!options.readsItself) socket.on('data', this.onSocketData)
    socket.on('end', this.onSocketEnd)
    socket.on('drain', this.onSocketDrain)
    socket.on('error', this.onSocketError)
    socket.on('close', this.onSocketClose)
  }

  setEvents(events: StreamEvents): void {
    this.events = events
    if (this.unreadBytes || (this.endReceived && !this.endReported)) this.scheduleDelivery()
  }

  send(bytes: Uint8Array, from: number, to: number, owned: boolean): boolean {
    if (this.closed || this.ended || from >= to) return !this.blocked
    if (owned && to - from >= DIRECT_BYTES) this.sendDirect(bytes, from, to)
    else this.gather(bytes, from, to)
    if (this.blocked) this.owesDrain = true
    return !this.blocked
  }

  private gather(bytes: Uint8Array, from: number, to: number): void {
    let at = from
    while (at < to) {
      if (this.out === undefined) {
        this.out = this.turn.buffers.take()
        this.turn.markDirty(this)
      }
      const n = Math.min(to - at, WRITE_BUFFER_BYTES - this.outLength)
      if (n < 64) for (let i = 0, o = this.outLength; i < n; i++) this.out[o + i] = bytes[at + i] ?? 0
      else this.out.set(n === bytes.length ? bytes : bytes.subarray(at, at + n), this.outLength)
      at += n
      this.outLength += n
      if (this.outLength === WRITE_BUFFER_BYTES) this.flush()
    }
  }

  private sendDirect(bytes: Uint8Array, from: number, to: number): void {
    const { socket } = this
    socket.cork()
    this.flush()
    const fits = socket.write(bytes.subarray(from, to))
    socket.uncork()
    if (!fits && socket.writableLength > 0) this.blocked = true
  }

  /** Writes what was gathered. @internal called by the turn. */
  flush(): void {
    const { out, outLength, socket } = this
    if (out === undefined) return
    this.out = undefined
    this.outLength = 0
    if (outLength === 0 || socket.destroyed) return this.turn.buffers.give(out)
    // A socket that is idle and plain usually takes all at once, and the buffer is free again; else libuv keeps the memory it was
    // given, so it gets a copy of the right size, and only a full buffer is given away.
    const keep = this.plain && socket.writableLength === 0
    const exact = !keep && outLength < WRITE_BUFFER_BYTES / 2
    const fits = socket.write(exact ? Buffer.from(out.subarray(0, outLength)) : out.subarray(0, outLength))
    if (exact || (keep && socket.writableLength === 0)) this.turn.buffers.give(out)
    if (!fits && socket.writableLength > 0) this.blocked = true
  }

  pause(): void {
    if (this.paused || this.closed) return
    this.paused = true
    this.socket.pause()
  }

  resume(): void {
    if (!this.paused || this.closed) return
    this.paused = false
    if (this.unreadBytes || this.endReceived) this.scheduleDelivery()
    if (!this.unreadBytes) this.socket.resume()
  }

  end(): void {
    if (this.ended || this.closed) return
    this.flush()
    this.ended = true
    this.socket.end()
  }

  close(lingerMs = LINGER_MS): void {
    if (this.closed || this.linger) return
    const { events } = this
    this.events = { ...SILENT, onClose: (failure, detail) => events.onClose(failure, detail) }
    this.unreadBytes = undefined
    this.end()
    if (this.endReceived) return this.destroyAfterWrite()
    this.linger = setTimeout(() => this.socket.destroy(), lingerMs)
    this.linger.unref()
    this.paused = false
    this.socket.resume()
  }

  private destroyAfterWrite(): void {
    if (this.socket.writableFinished) this.socket.destroy()
    else this.socket.once('finish', () => this.socket.destroy())
  }

  destroy(): void {
    if (this.closed) return
    this.outLength = 0
    if (this.plain && !this.socket.connecting && 'resetAndDestroy' in this.socket && this.localAddress.kind === 'ip') this.socket.resetAndDestroy()
    else this.socket.destroy()
  }

  unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const more = this.unreadBytes
    this.unreadBytes = more ? Buffer.concat([bytes, more]) : Buffer.from(bytes)
    this.socket.pause()
    this.scheduleDelivery()
  }

  /** Lets go of the socket for a TLS handshake; unread bytes are put back into it. @internal */
  detach(): Socket {
    this.flush()
    this.detached = true
    this.closed = true
    const { socket, unreadBytes } = this
    socket.off('data', this.onSocketData)
    socket.off('end', this.onSocketEnd)
    socket.off('drain', this.onSocketDrain)
    socket.off('error', this.onSocketError)
    socket.off('close', this.onSocketClose)
    socket.pause()
    if (unreadBytes) socket.unshift(Buffer.from(unreadBytes))
    this.unreadBytes = undefined
    return socket
  }

  /** Bytes that arrived. @internal called by the engine for sockets that read into its buffer. */
  received(bytes: Uint8Array, from: number, to: number): void {
    if (this.closed) return
    this.turn.enter()
    try {
      this.delivering = true
      this.events.onData(bytes, from, to)
    } catch (error) {
      this.faulted(error)
    } finally {
      this.delivering = false
      this.turn.leave()
    }
    if (this.unreadBytes) this.deliverUnread()
  }

  private readonly onSocketData = (chunk: Buffer): void => this.received(chunk, 0, chunk.length)

  private scheduleDelivery(): void {
    // Inside a delivery `received` goes on by itself; otherwise after the caller has finished.
    if (!this.delivering) queueMicrotask(() => this.deliverUnread())
  }

  private deliverUnread(): void {
    while (this.unreadBytes && !this.paused && !this.closed && this.events !== SILENT) {
      const bytes = this.unreadBytes
      this.unreadBytes = undefined
      this.received(bytes, 0, bytes.length)
    }
    if (this.closed || this.paused || this.unreadBytes || this.events === SILENT) return
    if (this.socket.isPaused() || !this.endReceived) this.socket.resume()
    if (this.endReceived && !this.endReported) this.reportEnd()
  }

  private readonly onSocketEnd = (): void => {
    this.endReceived = true
    if (!this.unreadBytes && this.events !== SILENT) this.reportEnd()
    if (this.linger) this.destroyAfterWrite()
  }

  private reportEnd(): void {
    this.endReported = true
    this.within(() => this.events.onEnd())
  }

  private readonly onSocketDrain = (): void => {
    this.blocked = false
    if (!this.owesDrain || this.closed) return
    this.owesDrain = false
    this.within(() => this.events.onDrain())
  }

  private readonly onSocketError = (error: Error): void => {
    this.brokenBy ??= streamFailure(error)
    this.why ??= error.message
  }

  /** Ends the stream with a reason of the engine's own (connect timeout). @internal */
  fail(failure: StreamFailure, detail: string): void {
    this.brokenBy ??= failure
    this.why ??= detail
    this.socket.destroy()
  }

  private readonly onSocketClose = (): void => {
    if (this.detached || this.closed) return
    this.closed = true
    clearTimeout(this.linger)
    if (this.out) {
      this.turn.buffers.give(this.out)
      this.out = undefined
    }
    this.within(() => this.events.onClose(this.brokenBy, this.why))
  }

  /** A bug of an owner costs its own connection, not the process. */
  private faulted(error: unknown): void {
    this.fail('local', `an owner of the stream failed: ${error instanceof Error ? error.message : String(error)}`)
    this.turn.onFault(error)
  }

  /** Runs an owner's callback as a turn. */
  within(action: () => void): void {
    this.turn.enter()
    try {
      action()
    } catch (error) {
      this.faulted(error)
    } finally {
      this.turn.leave()
    }
  }
}

/** The address of one end of a socket; unknown (not connected yet) is the empty address. */
export const addressOf = (ip: string | undefined, port: number | undefined): Address =>
  ip === undefined || port === undefined ? NOWHERE : { kind: 'ip', ip: ip.startsWith('::ffff:') ? ip.slice(7) : ip, port }
