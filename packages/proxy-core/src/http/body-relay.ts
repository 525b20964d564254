/** A request's body on its way to the upstream: kept until it can be sent, perhaps sent again, mirrored, and the client held back when it comes too fast. */
import type { HeaderFields, MessageStream, ResponseHead } from '../codec/codec.ts'
import type { Attempt } from './attempt.ts'
import { BODY_HIGH_WATER, type BodyBuffer } from './body-buffer.ts'
import type { MirrorBody } from './mirror.ts'

/** One per forwarding. */
export class BodyRelay {
  /** What every try begins with. */
  readonly kept: BodyBuffer
  mirrors: readonly MirrorBody[] | undefined
  readonly #client: MessageStream<ResponseHead>
  #clientPaused = false

  constructor(client: MessageStream<ResponseHead>, early: BodyBuffer) {
    this.#client = client
    this.kept = early
  }

  /** Nothing of a body has come (yet), and no trailers. */
  get isEmpty(): boolean {
    return this.kept.bytes === 0 && !this.kept.trailers
  }

  /** Passes a piece on; with `again` it is kept for another try as long as there is room. False if it could be neither sent nor kept. */
  data(attempt: Attempt | undefined, again: boolean, bytes: Uint8Array, from: number, to: number, end: boolean): boolean {
    const { kept } = this
    if (this.mirrors) for (const mirror of this.mirrors) mirror.data(bytes, from, to, end)
    const stream = streamOf(attempt)
    if (!stream) return this.#keep(bytes, from, to, end)
    // A large body ends the possibility of another try.
    if (again && !kept.overflowed) kept.append(bytes, from, to)
    if (end) kept.ended = true
    if (!stream.sendData(bytes, from, to, end, false) && !end) this.#pauseClient()
    return true
  }

  /** Nothing to forward to yet (or between tries): the client is held back when it is much. */
  #keep(bytes: Uint8Array, from: number, to: number, end: boolean): boolean {
    const { kept } = this
    if (!kept.append(bytes, from, to)) return false
    if (end) kept.ended = true
    else if (kept.bytes >= BODY_HIGH_WATER) this.#pauseClient()
    return true
  }

  trailers(attempt: Attempt | undefined, trailers: HeaderFields): void {
    this.kept.trailers = trailers
    this.kept.ended = true
    streamOf(attempt)?.sendTrailers(trailers)
  }

  /** Sends what is kept on a new try, whose head is out; lets the client go on if the try takes more. */
  replay(attempt: Attempt): void {
    if (this.isEmpty) return this.resumeClient()
    const { stream } = attempt
    const { chunks, ended, trailers } = this.kept
    let open = true
    for (const [i, chunk] of chunks.entries()) {
      const last = i === chunks.length - 1 && ended && !trailers
      open = stream?.sendData(chunk, 0, chunk.length, last, true) ?? true
      if (attempt.finished) return this.resumeClient()
    }
    if (trailers) stream?.sendTrailers(trailers)
    if (open) this.resumeClient()
  }

  resumeClient(): void {
    if (!this.#clientPaused) return
    this.#clientPaused = false
    this.#client.resume()
  }

  #pauseClient(): void {
    if (this.#clientPaused) return
    this.#clientPaused = true
    this.#client.pause()
  }
}

/** Where a try takes the body; undefined before its head was sent and after its end. */
const streamOf = (attempt: Attempt | undefined): Attempt['stream'] => (attempt?.sent === true && !attempt.finished ? attempt.stream : undefined)
