/** Reading of a connection stops for several reasons at once (a slow consumer, a request out of turn); it goes on when none is left. */
import type { ByteStream } from '../../io/io-engine.ts'

/** Counts who wants the stream paused. */
export class InboundPause {
  private readonly stream: ByteStream
  private consumer = false
  private queue = false

  constructor(stream: ByteStream) {
    this.stream = stream
  }

  /** The consumer of the body is slow. */
  byConsumer(paused: boolean): void {
    this.apply(paused, this.queue)
  }

  /** Bytes wait that belong to the next message. */
  byQueue(paused: boolean): void {
    this.apply(this.consumer, paused)
  }

  get isPaused(): boolean {
    return this.consumer || this.queue
  }

  private apply(consumer: boolean, queue: boolean): void {
    const before = this.isPaused
    this.consumer = consumer
    this.queue = queue
    if (before === this.isPaused) return
    if (before) this.stream.resume()
    else this.stream.pause()
  }
}
