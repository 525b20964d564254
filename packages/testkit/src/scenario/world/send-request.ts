/** One request on a connection of its own: HTTP/1.1, WebSocket, HTTP/2 or gRPC, with or without TLS. */
import type { Address, ByteStream, IoEngine, TlsContextOptions } from '@istio-ts/proxy-core'
import { callHttp1 } from './call-http1.ts'
import { callHttp2 } from './call-http2.ts'

/** What a program asks. */
export interface Request {
  readonly speaks: 'http/1.1' | 'websocket' | 'http/2' | 'grpc'
  readonly method: string
  /** What stands in the request line or `:path`. */
  readonly target: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  /** Present: TLS first. */
  readonly tls?: Omit<TlsContextOptions, 'side'>
}

/** What came back. */
export interface Answer {
  readonly status: number
  /** Names in lower case; trailers count as headers. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer, and the DNS name in the certificate of who gave it ('' without TLS); no answer when the connection ended without one. */
export interface Outcome {
  readonly answer?: Answer | undefined
  readonly certificate: string
}

/** Sends it and waits for the answer. */
export async function sendRequest(engine: IoEngine, address: Address, request: Request): Promise<Outcome> {
  const plain = await connected(engine, address)
  const stream = plain && request.tls ? await secured(engine, plain, request.tls) : plain
  if (!stream) return { certificate: '' }
  const answer = await (request.speaks === 'http/2' || request.speaks === 'grpc' ? callHttp2(stream, request) : callHttp1(stream, request))
  return { answer, certificate: stream.tls?.peerDnsNames[0] ?? '' }
}

function connected(engine: IoEngine, address: Address): Promise<ByteStream | undefined> {
  return new Promise((resolve) => void engine.connect(address, { timeoutMs: 10_000 }, {
    onConnect: resolve,
    onData: () => undefined,
    onEnd: () => undefined,
    onDrain: () => undefined,
    onClose: () => resolve(undefined),
  }))
}

function secured(engine: IoEngine, stream: ByteStream, options: Omit<TlsContextOptions, 'side'>): Promise<ByteStream | undefined> {
  return new Promise((resolve) => engine.startTls(stream, engine.tlsContext({ side: 'client', ...options }), { timeoutMs: 10_000 }, (result) => resolve('failure' in result ? undefined : result)))
}
