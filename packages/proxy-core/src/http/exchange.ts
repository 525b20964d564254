/** One request and its response, as filters and the forwarding see them. */
import type { HeaderFields, MessageStream, RequestHead, ResponseHead } from '../codec/codec.ts'
import type { ByteStream } from '../io/io-engine.ts'
import type { CompiledRoute, WeightedChoice } from '../router/route-table.ts'
import type { StreamInfo } from '../stream/stream-info.ts'
import type { PoolProtocol } from '../upstream/host-pool.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { BodyBuffer } from './body-buffer.ts'
import type { Hcm } from './hcm.ts'
import type { HttpRuntime } from './http-runtime.ts'

/** Lives from the request head until the response is complete or the stream is reset. */
export interface Exchange {
  /** Where the client is. */
  readonly stream: MessageStream<ResponseHead>
  readonly hcm: Hcm
  readonly runtime: HttpRuntime
  readonly info: StreamInfo
  readonly head: RequestHead
  readonly route: CompiledRoute | undefined
  readonly weightedChoice: WeightedChoice | undefined
  /** What of the body came before there was anything to forward it to. */
  readonly earlyBody: BodyBuffer
  readonly done: boolean
  /** Set by the ALPN filter: protocols to offer for a connection of this request. */
  alpnOverride: ((protocol: PoolProtocol, upstream: Upstream) => readonly string[] | undefined) | undefined
  /** Called if the exchange ends while something outside the forwarder is under way. */
  onAbandoned: (() => void) | undefined
  /** Values filters leave for their own response side, by filter. */
  filterState: Map<string, unknown> | undefined
  /** Goes on with the next filter, then with the route's action. Filters that stopped the chain call this. */
  continueRequest(): void
  /** The compiled `typed_per_filter_config` for a filter, of the most specific level that has one. */
  perRoute(filter: string): unknown
  /** Answers in place of the upstream. Does nothing once the exchange is over; a response that has begun is broken off. */
  reply(status: number, text: string, details: string, fields?: readonly (readonly [string, string])[], grpcStatus?: number): void
  /** Sends the response head through the filters. */
  respond(head: ResponseHead, end: boolean, details: string): void
  /** See ByteStream.send for the result. */
  respondData(bytes: Uint8Array, from: number, to: number, end: boolean): boolean
  respondTrailers(trailers: HeaderFields): void
  /** Accepts a tunnel: sends the head, then relays raw bytes between client and `open()`. */
  respondTunnel(head: ResponseHead, open: () => ByteStream, onEnd?: () => void): void
  /** Breaks off a response that has begun. */
  abort(flag: number, details: string): void
}
