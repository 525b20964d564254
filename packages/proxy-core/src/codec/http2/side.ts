/** What a client and a server do differently on a connection that is otherwise the same (RFC 9113 3.4, 5.1.1, 6.8). */
import type { ResetReason } from '../codec.ts'
import type { Http2Stream } from './stream.ts'

/** One side, as the parts of its connection see it. Methods that return false have ended the connection. @internal */
export interface Side<In, Out> {
  readonly isServer: boolean
  /** The peer's last stream that we have taken; for GOAWAY. */
  readonly lastPeerId: number
  /** A stream number that nobody has used yet. */
  isIdle(id: number): boolean
  /** A header block that is not the trailers of a known stream; the decoder holds it. */
  onHeaderBlock(stream: Http2Stream<In, Out> | undefined, id: number, end: boolean, badPriority: boolean): boolean
  /** The peer's SETTINGS are in force. */
  onPeerSettings(): void
  /** The peer will not touch streams of ours above `lastId`. */
  onPeerGoaway(lastId: number): void
  /** Our PING came back. */
  onPingAck(): void
  /** A stream is no longer open. */
  onStreamGone(): void
  /** The connection is shut from our side; `protocol` = because the peer broke it. */
  onShut(reason: ResetReason, detail: string): void
}
