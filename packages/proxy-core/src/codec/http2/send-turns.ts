/** Who may send next on a connection: its window, the streams that wait for it, and the owners that wait for room (RFC 9113 6.9). */
import { DEFAULT_WINDOW } from './protocol.ts'

/** What takes turns. */
export interface Turn {
  /** Sends what the windows allow; false if something still waits. */
  pump(): boolean
  /** Tells the owner to go on, if it was told to stop and may. */
  drained(): void
}

/** One per connection. */
export class SendTurns<S extends Turn> {
  /** What may still be sent on the connection. */
  window = DEFAULT_WINDOW
  /** The socket has a backlog. */
  backlogged = false
  /** Streams that wait for a window. */
  readonly blocked = new Set<S>()
  /** Streams whose owner waits for `onDrain`. */
  readonly waiting = new Set<S>()

  /** Something was sent; `flows` as ByteStream.send returns it. */
  sent(flows: boolean): void {
    if (!flows) this.backlogged = true
  }

  /** Whoever could not finish goes to the end of the line. */
  pumpAll(): void {
    for (const stream of [...this.blocked]) {
      if (this.window <= 0) return
      if (stream.pump()) continue
      this.blocked.delete(stream)
      this.blocked.add(stream)
    }
  }

  /** The socket has room again. */
  onDrain(): void {
    this.backlogged = false
    for (const stream of [...this.waiting]) stream.drained()
  }

  /** The stream is gone. */
  forget(stream: S): void {
    this.blocked.delete(stream)
    this.waiting.delete(stream)
  }
}
