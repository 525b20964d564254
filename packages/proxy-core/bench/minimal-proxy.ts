/** The least HTTP proxy that the codecs allow: one upstream address, a stack of pooled connections. For measurements, not for use. */
import { DEFAULT_CODEC_OPTIONS, http1Client, http1Server, http2Client, http2Server, type ClientConnection, type MessageEvents, type MessageStream, type RequestHead, type ResponseHead } from '../src/codec/index.ts'
import type { Address, IoEngine, Listening } from '../src/io/io-engine.ts'

const IGNORE = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onClose() {} }

/** Forwards everything from `from` to `to` over HTTP/1.1; adds three request headers and one response header, as a proxy of a mesh would. */
export function minimalProxy(engine: IoEngine, from: Address, to: Address): Promise<Listening> {
  const free: ClientConnection[] = []
  const take = (): ClientConnection => {
    for (let pooled = free.pop(); pooled; pooled = free.pop()) if (pooled.canTakeStream) return pooled
    const connection: ClientConnection = http1Client(engine.connect(to, { timeoutMs: 1000 }, IGNORE), DEFAULT_CODEC_OPTIONS, {
      onAvailable: () => void free.push(connection),
      onGoaway() {},
      onClose() {},
    })
    return connection
  }
  return engine.listen(from, {}, stream => {
    http1Server(stream, DEFAULT_CODEC_OPTIONS, { onStream: downstream => new Exchange(downstream, take()).request, onProtocolError() {}, onClose() {} })
  })
}

/** The same over HTTP/2 on both sides, with one upstream connection. */
export function minimalHttp2Proxy(engine: IoEngine, from: Address, to: Address): Promise<Listening> {
  const options = { ...DEFAULT_CODEC_OPTIONS, maxConcurrentStreams: 1000 }
  let shared: ClientConnection | undefined
  const take = (): ClientConnection => (shared ??= http2Client(engine.connect(to, { timeoutMs: 1000 }, IGNORE), options, { onAvailable() {}, onGoaway: () => void (shared = undefined), onClose() {} }))
  return engine.listen(from, {}, stream => {
    http2Server(stream, options, { onStream: downstream => new Exchange(downstream, take()).request, onProtocolError() {}, onClose() {} })
  })
}

/** One exchange: the two message streams tied together. */
class Exchange {
  readonly request: MessageEvents<RequestHead>
  constructor(downstream: MessageStream<ResponseHead>, connection: ClientConnection) {
    const upstream: MessageStream<RequestHead> = connection.newStream({
      onHead(head, end) {
        head.append('x-proxy', 'minimal')
        downstream.sendHead(head, end)
      },
      onInformational: head => downstream.sendInformational?.(head),
      onData: (bytes, from, to, end) => void (downstream.sendData(bytes, from, to, end, false) || upstream.pause()),
      onTrailers: trailers => downstream.sendTrailers(trailers),
      onReset: () => downstream.reset('connection'),
      onDrain: () => downstream.resume(),
    })
    this.request = {
      onHead(head, end) {
        head.append('x-forwarded-proto', 'http')
        head.append('x-request-start', '1')
        head.append('x-envoy-expected-rq-timeout-ms', '15000')
        upstream.sendHead(head, end)
      },
      onData: (bytes, from, to, end) => void (upstream.sendData(bytes, from, to, end, false) || downstream.pause()),
      onTrailers: trailers => upstream.sendTrailers(trailers),
      onReset: reason => upstream.reset(reason),
      onDrain: () => upstream.resume(),
    }
  }
}
