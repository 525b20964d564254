/** Request bytes kept for later: until an upstream connection is ready, and for another try. */
import type { HeaderFields } from '../codec/codec.ts'

/** Most bytes kept per request (Envoy's default per-connection buffer limit); a longer body is sent, but not sent again. */
export const MAX_BUFFERED_BODY = 1024 * 1024

/** Above this the client is paused while nothing can be forwarded. */
export const BODY_HIGH_WATER = 64 * 1024

/** The part of a request body received so far. */
export class BodyBuffer {
  readonly chunks: Uint8Array[] = []
  bytes = 0
  /** True once the request is complete (all bytes are here, unless `overflowed`). */
  ended = false
  trailers: HeaderFields | undefined
  /** True once bytes had to be dropped: the body cannot be sent again. */
  overflowed = false

  /** Copies a range; false if it would grow too large (everything is dropped then). */
  append(bytes: Uint8Array, from: number, to: number): boolean {
    if (from === to) return true
    if (this.overflowed || this.bytes + (to - from) > MAX_BUFFERED_BODY) {
      this.drop()
      this.overflowed = true
      return false
    }
    this.chunks.push(bytes.slice(from, to))
    this.bytes += to - from
    return true
  }

  /** Forgets what is kept; the bytes have been sent and will not be needed again. */
  drop(): void {
    this.chunks.length = 0
    this.bytes = 0
  }
}

/** The body of a request without one; shared, because nothing is ever added to it. */
export const NO_BODY: BodyBuffer = new BodyBuffer()
NO_BODY.ended = true
