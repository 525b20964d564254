/**
 * One face of HTTP/1.1 and HTTP/2 for everything above them: streams with heads, bytes and trailers. Heads are views on the read
 * buffer, with edits kept as a list, so that an unchanged HTTP/1 head is forwarded without being rebuilt.
 */
import type { ByteStream } from '../io/io-engine.ts'

/** Header fields of a message. Names are lower case; values of repeated fields are joined with `,` by `get` (`cookie` with `; `). */
export interface HeaderFields {
  get(name: string): string | undefined
  has(name: string): boolean
  /** True if any name starts so (lower case): a cheap question before many `has`. */
  hasPrefix(prefix: string): boolean
  /** Replaces all fields of that name. */
  set(name: string, value: string): void
  /** Adds a field after those of that name. */
  append(name: string, value: string): void
  remove(name: string): void
  /** In wire order, edits applied; pseudo headers left out. */
  forEach(visit: (name: string, value: string) => void): void
}

/**
 * A request head. Valid until the stream's next event, unless `keep()` was called. `:method`, `:path`, `:authority`, `:scheme` are
 * also answered by `get` and changed by `set`, as filters of Envoy's configuration name them.
 */
export interface RequestHead extends HeaderFields {
  method: string
  /** Path with query, as received until a normaliser or rewrite sets it. */
  path: string
  authority: string
  scheme: string
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2'
  /** Extended CONNECT protocol or HTTP/1 upgrade token, lower case (`websocket`). */
  readonly upgrade?: string
  /** True if the HTTP/1 target was in absolute form (a request to a proxy). */
  readonly absoluteForm: boolean
  /** Content-Length if known. */
  readonly contentLength?: number | undefined
  /** Copies what must outlive the read buffer (retries, async filters); returns this. */
  keep(): this
}

/** A response head. */
export interface ResponseHead extends HeaderFields {
  status: number
  readonly contentLength?: number | undefined
  keep(): this
}

/** Why a stream was reset. */
export type ResetReason = 'cancel' | 'refused' | 'protocol' | 'connection' | 'overflow' | 'internal' | 'timeout' | 'enhance-your-calm'

/** An answer that the codec gave in place of its owner, for the record: status and length of the body. */
export interface CodecAnswer {
  readonly status: number
  readonly bytes: number
}

/** What a message stream tells its owner; ranges are valid only during the call. */
export interface MessageEvents<Head> {
  onHead(head: Head, end: boolean): void
  /** 1xx heads except 101 (responses only). */
  onInformational?(head: Head): void
  onData(bytes: Uint8Array, from: number, to: number, end: boolean): void
  onTrailers(trailers: HeaderFields): void
  /** The stream is over without a proper end; `detail` is Envoy's details word where one exists. `answered` tells what the codec itself has sent the peer. */
  onReset(reason: ResetReason, detail: string, answered?: CodecAnswer): void
  onDrain(): void
}

/** One exchange, seen from the side that sends `Out` heads. */
export interface MessageStream<Out> {
  readonly id: number
  sendHead(head: Out, end: boolean): void
  sendInformational?(head: Out): void
  /** See ByteStream.send for `owned` and the result. */
  sendData(bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): boolean
  sendTrailers(trailers: HeaderFields): void
  reset(reason: ResetReason): void
  /** Server streams: the response to come is the last one of its connection (HTTP/1; elsewhere nothing). */
  closeAfterResponse?(): void
  /** Stops and resumes reading this message (flow control on HTTP/2, the connection on HTTP/1). */
  pause(): void
  resume(): void
  /**
   * Turns an accepted CONNECT or upgrade into bytes: after a 2xx (or 101) head was sent or received, both sides speak raw bytes.
   * On HTTP/2 the tunnel is the stream's DATA (HBONE); on HTTP/1 it is the connection.
   */
  tunnel(): ByteStream
}

/** Limits and habits of a codec; defaults are Envoy's unless a reason is given. */
export interface CodecOptions {
  /** Default 60 KiB (Envoy max_request_headers_kb). */
  readonly maxHeadBytes: number
  /** Default 100 (Envoy max_headers_count). */
  readonly maxHeaders: number
  readonly maxConcurrentStreams: number
  readonly initialStreamWindow: number
  readonly initialConnectionWindow: number
  /** Refuse requests of HTTP/1.0 (426) unless true. */
  readonly acceptHttp10: boolean
  /**
   * HTTP/1 trailers are passed on. Off in Envoy unless `enable_trailers` says so, because a recipient that merges them into the head takes fields
   * from them that no filter has seen; without it they are read and left out. HTTP/2 always has them (gRPC lives of them).
   */
  readonly trailers: boolean
}

/** {@link CodecOptions} as Envoy has them, with HTTP/2 windows and streams of its edge recommendations (safe without tuning). */
export const DEFAULT_CODEC_OPTIONS: CodecOptions = {
  maxHeadBytes: 60 * 1024,
  maxHeaders: 100,
  maxConcurrentStreams: 100,
  initialStreamWindow: 64 * 1024,
  initialConnectionWindow: 1024 * 1024,
  acceptHttp10: false,
  trailers: true,
}

/** The server side of a connection. */
export interface ServerConnection {
  readonly protocol: 'http1' | 'http2'
  /** Streams in progress. */
  readonly active: number
  /** Lets running streams finish, takes no new ones, then closes (GOAWAY, `Connection: close`). */
  drain(): void
  close(): void
  /** Answers a client whose request head does not come to its end, and closes; without this method (HTTP/2) there is nobody to answer. */
  answerUnread?(head: ResponseHead, body: Uint8Array): void
}

/** What a server connection tells: `onStream` returns the events of a new exchange. */
export interface ServerConnectionEvents {
  onStream(stream: MessageStream<ResponseHead>): MessageEvents<RequestHead>
  /** A request head has begun to arrive but is not whole (start of a request headers timeout). */
  onHeadStarted?(): void
  /** Fields of an answer that the codec gives itself (`date`, `server`). */
  answerFields?(): readonly (readonly [name: string, value: string])[]
  /** Peer broke the protocol; a 400 or GOAWAY was already sent. `answered` is there if a request was refused that no stream stands for. */
  onProtocolError(detail: string, answered?: CodecAnswer): void
  onClose(): void
}

/** The client side of a connection; `newStream` may be called while `canTakeStream`. */
export interface ClientConnection {
  readonly protocol: 'http1' | 'http2'
  readonly active: number
  /** False while an HTTP/1 exchange runs, at the stream limit, after GOAWAY or close. */
  readonly canTakeStream: boolean
  newStream(events: MessageEvents<ResponseHead>): MessageStream<RequestHead>
  close(): void
}

/** What a client connection tells. */
export interface ClientConnectionEvents {
  /** A stream may be opened again (pool wake-up). */
  onAvailable(): void
  /** GOAWAY or `Connection: close`: no new streams. */
  onGoaway(): void
  onClose(detail: string): void
}
