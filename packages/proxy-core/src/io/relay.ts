/** Moves bytes both ways between two streams until both directions have ended; the way of every engine without a shortcut. */
import type { Cancel, Clock } from '@istio-ts/foundation'
import type { ByteStream, RelayCounters, RelayResult, StreamEvents, StreamFailure } from './io-engine.ts'

/** What a relay needs of time; without `idleTimeoutMs` it waits for ever. */
export interface RelayOptions {
  readonly clock: Pick<Clock, 'after' | 'monotonic'>
  readonly idleTimeoutMs?: number
}

/**
 * Relays `a` and `b`: a half close is passed on, a slow receiver pauses the sender, and a stream that breaks takes the other with it.
 * `onDone` is called once. The idle timeout (no byte in either direction) ends with failure `timeout`.
 */
export function relayStreams(a: ByteStream, b: ByteStream, onDone: (result: RelayResult) => void, options: RelayOptions): RelayCounters {
  const relay = new Relay(a, b, onDone, options)
  relay.start()
  return relay
}

class Relay implements RelayCounters {
  aToB = 0
  bToA = 0
  private readonly a: ByteStream
  private readonly b: ByteStream
  private readonly onDone: (result: RelayResult) => void
  private readonly options: RelayOptions
  private openStreams = 2
  private endedDirections = 0
  private failure: StreamFailure | undefined
  private endedBy: 'a' | 'b' | undefined
  private done = false
  private lastActivity = 0
  private cancelIdle: Cancel | undefined

  constructor(a: ByteStream, b: ByteStream, onDone: (result: RelayResult) => void, options: RelayOptions) {
    this.a = a
    this.b = b
    this.onDone = onDone
    this.options = options
  }

  start(): void {
    this.a.setEvents(this.direction(this.a, this.b, n => void (this.aToB += n)))
    this.b.setEvents(this.direction(this.b, this.a, n => void (this.bToA += n)))
    const { clock, idleTimeoutMs } = this.options
    if (idleTimeoutMs === undefined || idleTimeoutMs <= 0) return
    this.lastActivity = clock.monotonic()
    this.watchIdle(idleTimeoutMs, idleTimeoutMs)
  }

  /** Events of `from`, whose bytes go to `to`. */
  private direction(from: ByteStream, to: ByteStream, count: (n: number) => void): StreamEvents {
    const timed = this.options.idleTimeoutMs !== undefined
    return {
      onData: (bytes, start, end) => {
        count(end - start)
        if (timed) this.lastActivity = this.options.clock.monotonic()
        if (!to.send(bytes, start, end, false)) from.pause()
      },
      onEnd: () => {
        this.noteEnd(from)
        this.endedDirections++
        to.end()
      },
      onDrain: () => to.resume(),
      onClose: failure => {
        this.noteEnd(from)
        this.streamClosed(to, failure)
      },
    }
  }

  private noteEnd(stream: ByteStream): void {
    if (this.failure !== 'timeout') this.endedBy ??= stream === this.a ? 'a' : 'b'
  }

  /** One timer for the whole relay: it looks back instead of being restarted at every byte. */
  private watchIdle(waitMs: number, timeoutMs: number): void {
    this.cancelIdle = this.options.clock.after(waitMs, () => {
      const idle = this.options.clock.monotonic() - this.lastActivity
      if (idle < timeoutMs) return this.watchIdle(timeoutMs - idle, timeoutMs)
      this.failure ??= 'timeout'
      this.a.destroy()
      this.b.destroy()
    })
  }

  private streamClosed(other: ByteStream, failure: StreamFailure | undefined): void {
    this.openStreams--
    if (failure) this.failure ??= failure
    if (this.openStreams === 0) return this.finish()
    // Both ends were passed on: the other side closes by itself. Otherwise its peer would wait for bytes that cannot come.
    if (failure) other.destroy()
    else if (this.endedDirections < 2) other.close()
  }

  private finish(): void {
    if (this.done) return
    this.done = true
    this.cancelIdle?.()
    const { aToB, bToA, failure, endedBy } = this
    this.onDone({ aToB, bToA, ...(failure ? { failure } : {}), ...(endedBy ? { endedBy } : {}) })
  }
}
