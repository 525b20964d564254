/** Opening one connection to a host: connect, then TLS where its socket asks for it, within one timeout. */
import type { Clock } from '@istio-ts/foundation'
import type { ByteStream, IoEngine, StreamEvents, StreamFailure } from '../io/io-engine.ts'
import type { Host } from './host.ts'
import type { ClientTlsVariant, TlsContexts } from './tls-contexts.ts'

/** Who waits for a connection. Exactly one method is called, once. */
export interface DialEvents {
  onConnected(stream: ByteStream): void
  onFailed(failure: StreamFailure, detail: string): void
}

/** What dialing needs. */
export interface DialDeps {
  readonly engine: IoEngine
  readonly clock: Clock
  readonly tls: TlsContexts
}

/** Starts to connect; returns a function that gives up. */
export function dial(deps: DialDeps, host: Host, variant: ClientTlsVariant, timeoutMs: number, events: DialEvents): () => void {
  let settled = false
  const startedMono = deps.clock.monotonic()
  const fail = (failure: StreamFailure, detail: string): void => {
    if (settled) return
    settled = true
    events.onFailed(failure, detail)
  }
  const succeed = (stream: ByteStream): void => {
    if (settled) return stream.destroy()
    settled = true
    events.onConnected(stream)
  }
  const handshake = (stream: ByteStream): void => {
    if (settled) return stream.destroy()
    const socket = host.socket
    if (socket.kind === 'raw') return succeed(stream)
    const context = deps.tls.get(socket, variant)
    if ('missing' in context) {
      stream.destroy()
      return fail('tls', `TLS_error: secret ${context.missing} is not supplied by SDS`)
    }
    const left = Math.max(1, timeoutMs - (deps.clock.monotonic() - startedMono))
    deps.engine.startTls(stream, context, { timeoutMs: left }, (result) => {
      if ('failure' in result) fail(result.failure === 'timeout' ? 'timeout' : 'tls', `TLS_error: ${result.detail}`)
      else succeed(result)
    })
  }
  const waiting: StreamEvents & { onConnect(stream: ByteStream): void } = {
    onConnect: handshake,
    onData: () => undefined,
    onEnd: () => undefined,
    onDrain: () => undefined,
    onClose: (failure, detail) => fail(failure ?? 'reset', detail ?? 'connection closed'),
  }
  const stream = deps.engine.connect(host.address, { timeoutMs }, waiting)
  return () => {
    if (settled) return
    settled = true
    stream.destroy()
  }
}

/** Envoy's words for a failed connection, as its access log shows them. */
export function transportFailureText(failure: StreamFailure, detail: string): string {
  switch (failure) {
    case 'refused': return 'delayed connect error: Connection refused'
    case 'unreachable': return 'delayed connect error: No route to host'
    case 'reset': return 'delayed connect error: Connection reset by peer'
    case 'timeout': return ''
    case 'tls': return detail
    case 'dns':
    case 'local': return detail
  }
}
