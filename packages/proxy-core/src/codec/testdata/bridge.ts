/** A proxy of nothing but codecs, for specs: every server codec joined to every client codec. */
import { DEFAULT_CODEC_OPTIONS, http1Client, http1Server, http2Client, http2Server, type ClientConnection, type MessageEvents, type RequestHead, type ResponseHead } from '../index.ts'
import type { Address, ByteStream, IoEngine, Listening } from '../../io/io-engine.ts'

export type Dialect = 'http1' | 'http2'

const SERVERS = { http1: http1Server, http2: http2Server }
const CLIENTS = { http1: http1Client, http2: http2Client }
const IGNORE = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onClose() {} }

/** Listens on a free port; `secure` puts TLS on accepted streams. One upstream connection per exchange with HTTP/1, one for all with HTTP/2. */
export function bridge(engine: IoEngine, server: Dialect, client: Dialect, to: Address, secure?: (stream: ByteStream, done: (stream: ByteStream) => void) => void): Promise<Listening> {
  let shared: ClientConnection | undefined
  const connect = (): ClientConnection => CLIENTS[client](engine.connect(to, { timeoutMs: 2000 }, IGNORE), DEFAULT_CODEC_OPTIONS, { onAvailable() {}, onGoaway: () => void (shared = undefined), onClose: () => void (shared = undefined) })
  const serve = (stream: ByteStream): void => {
    SERVERS[server](stream, DEFAULT_CODEC_OPTIONS, {
      onStream(downstream): MessageEvents<RequestHead> {
        const connection = client === 'http1' ? connect() : (shared ??= connect())
        const switched = (head: ResponseHead, wants: boolean): boolean => wants && (head.status === 101 || head.status === 200)
        let wantsTunnel = false
        const upstream = connection.newStream({
          onHead(head, end) {
            downstream.sendHead(head, end)
            if (switched(head, wantsTunnel)) engine.relay(downstream.tunnel(), upstream.tunnel(), () => {})
          },
          onInformational: head => downstream.sendInformational?.(head),
          onData: (bytes, from, at, end) => void (downstream.sendData(bytes, from, at, end, false) || upstream.pause()),
          onTrailers: trailers => downstream.sendTrailers(trailers),
          onReset: reason => downstream.reset(reason),
          onDrain: () => downstream.resume(),
        })
        return {
          onHead(head, end) {
            wantsTunnel = head.method === 'CONNECT' || head.upgrade !== undefined
            upstream.sendHead(head, end)
          },
          onData: (bytes, from, at, end) => void (upstream.sendData(bytes, from, at, end, false) || downstream.pause()),
          onTrailers: trailers => upstream.sendTrailers(trailers),
          onReset: reason => upstream.reset(reason),
          onDrain: () => upstream.resume(),
        }
      },
      onProtocolError() {},
      onClose() {},
    })
  }
  return engine.listen({ kind: 'ip', ip: '127.0.0.1', port: 0 }, {}, stream => (secure ? secure(stream, serve) : serve(stream)))
}
