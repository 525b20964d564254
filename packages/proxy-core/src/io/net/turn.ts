/**
 * Groups everything that one event causes: streams written to during a turn are flushed once at its end, so a message that is made of
 * many pieces costs one system call.
 */
import { WriteBuffers } from './write-buffers.ts'

/** A stream with bytes that wait for the end of the turn. */
export interface Flushable {
  flush(): void
}

/** The turn of one engine. */
export class Turn {
  readonly buffers = new WriteBuffers()
  /** Told of an exception that an owner's callback threw. */
  readonly onFault: (error: unknown) => void
  private depth = 0
  private scheduled = false
  private dirty: Flushable[] = []
  private readonly flushAll = (): void => {
    this.scheduled = false
    this.flushDirty()
  }

  constructor(onFault: (error: unknown) => void) {
    this.onFault = onFault
  }

  enter(): void {
    this.depth++
  }

  leave(): void {
    if (--this.depth === 0 && this.dirty.length > 0) this.flushDirty()
  }

  /** Asks for a flush at the end of the turn; outside a turn (timers, promises) at the end of the microtask. */
  markDirty(stream: Flushable): void {
    this.dirty.push(stream)
    if (this.depth > 0 || this.scheduled) return
    this.scheduled = true
    queueMicrotask(this.flushAll)
  }

  private flushDirty(): void {
    const list = this.dirty
    // Flushing calls no owner, so nothing is added meanwhile; the array is reused.
    for (let i = 0; i < list.length; i++) list[i]?.flush()
    list.length = 0
  }
}
