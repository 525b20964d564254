/** The HTTP codecs as a dependency, so that the layers above can be tested with others. */
import type { ClientConnection, ClientConnectionEvents, CodecOptions, ServerConnection, ServerConnectionEvents } from '../codec/codec.ts'
import type { ByteStream } from '../io/io-engine.ts'

/** Makes connections on byte streams. */
export interface Codecs {
  readonly http1Server: (stream: ByteStream, options: CodecOptions, events: ServerConnectionEvents) => ServerConnection
  readonly http2Server: (stream: ByteStream, options: CodecOptions, events: ServerConnectionEvents) => ServerConnection
  readonly http1Client: (stream: ByteStream, options: CodecOptions, events: ClientConnectionEvents) => ClientConnection
  readonly http2Client: (stream: ByteStream, options: CodecOptions, events: ClientConnectionEvents) => ClientConnection
}
