/** Header blocks from the peer: HEADERS and CONTINUATION joined, decoded, and told apart (RFC 9113 4.3, 6.2, 6.10, 8.1). */
import { PlainFields } from '../head/plain-fields.ts'
import type { FloodGuard } from './flood-guard.ts'
import { HeaderBlock, headersPayload } from './header-block.ts'
import { trailersFrom } from './header-rules.ts'
import type { HpackDecoder } from './hpack/decoder.ts'
import type { Lifetimes } from './lifetimes.ts'
import { CODE, FLAG, MAX_FRAME_BYTES } from './protocol.ts'
import type { Side } from './side.ts'
import type { Http2Stream } from './stream.ts'

const NOTHING = new Uint8Array(0)

/** A header block may be this many times longer than an acceptable head before it counts as an attack. */
const HEAD_BYTES_READ = 3

/** One per connection, whose block under way it keeps. @internal */
export class HeaderInput<In, Out> {
  private readonly block = new HeaderBlock()
  private readonly side: Side<In, Out>
  private readonly lifetimes: Lifetimes<In, Out>
  private readonly guard: FloodGuard
  private readonly decoder: HpackDecoder
  private readonly maxBlockBytes: number

  constructor(side: Side<In, Out>, lifetimes: Lifetimes<In, Out>, guard: FloodGuard, decoder: HpackDecoder, maxHeadBytes: number) {
    this.side = side
    this.lifetimes = lifetimes
    this.guard = guard
    this.decoder = decoder
    this.maxBlockBytes = Math.max(HEAD_BYTES_READ * maxHeadBytes, MAX_FRAME_BYTES)
  }

  /** The stream whose block is not whole, so that nothing but its CONTINUATION may come; 0 = none. */
  get awaited(): number {
    return this.block.id
  }

  onHeaders(flags: number, id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const payload = headersPayload(flags, id, bytes, from, to)
    if (payload === 'padding') return this.lifetimes.fail(CODE.protocol, 'http2.bad_padding')
    if (payload === 'size') return this.lifetimes.fail(CODE.frameSize, 'http2.bad_priority')
    this.guard.onHeaders()
    if ((flags & FLAG.endHeaders) !== 0) return this.onBlock(id, flags, payload.badPriority, bytes, payload.from, payload.to)
    this.block.start(id, flags, payload.badPriority)
    return this.append(bytes, payload.from, payload.to)
  }

  onContinuation(flags: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { block, lifetimes } = this
    const { id } = block
    if (id === 0) return lifetimes.fail(CODE.protocol, 'http2.unexpected_continuation')
    if (!lifetimes.allows(this.guard.onContinuation()) || !this.append(bytes, from, to)) return false
    return (flags & FLAG.endHeaders) === 0 || this.onBlock(id, block.flags, block.badPriority, block.finish(), 0, block.length)
  }

  /** A block is taken beyond what we would accept of it, so that a head that is a little too large costs a stream and not the connection. */
  private append(bytes: Uint8Array, from: number, to: number): boolean {
    return this.block.append(bytes, from, to, this.maxBlockBytes) || this.lifetimes.allows('http2.continuation_flood')
  }

  private onBlock(id: number, flags: number, badPriority: boolean, bytes: Uint8Array, from: number, to: number): boolean {
    const { lifetimes } = this
    if (!this.decoder.decode(bytes, from, to)) return lifetimes.fail(CODE.compression, 'http2.bad_header_block')
    const stream = lifetimes.streams.get(id)
    const end = (flags & FLAG.endStream) !== 0
    if (stream?.headReceived) return this.onTrailers(stream, end)
    if (!stream && !this.side.isIdle(id)) {
      const ours = lifetimes.wasResetByUs(id)
      return ours === true || lifetimes.fail(ours === undefined ? CODE.protocol : CODE.streamClosed, 'http2.headers_on_closed_stream')
    }
    return this.side.onHeaderBlock(stream, id, end, badPriority)
  }

  private onTrailers(stream: Http2Stream<In, Out>, end: boolean): boolean {
    const { lifetimes, decoder } = this
    const { id } = stream
    if (stream.remoteEnded) return lifetimes.streamError(id, CODE.streamClosed, 'http2.headers_after_end')
    if (!end) return lifetimes.streamError(id, CODE.protocol, 'http2.trailers_without_end')
    if (decoder.tooLarge) return lifetimes.streamError(id, CODE.enhanceYourCalm, 'http2.headers_too_large')
    const trailers = decoder.malformed ? 'http2.invalid_header_field' : trailersFrom(decoder.pairs)
    if (!(trailers instanceof PlainFields)) return lifetimes.streamError(id, CODE.protocol, trailers)
    if (stream.promised > 0) return lifetimes.streamError(id, CODE.protocol, 'http2.content_length_mismatch')
    stream.remoteEnded = true
    if (trailers.pairs.length > 0) stream.events?.onTrailers(trailers)
    else stream.events?.onData(NOTHING, 0, 0, true)
    lifetimes.halfClosed(stream)
    return true
  }
}
