/** Time as a dependency: real below `main`, virtual in tests. */

/** Cancels a timer; calling it twice, or after the timer fired, does nothing. */
export type Cancel = () => void

/** What living components know of time. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number
  /** Monotonic milliseconds with fractions; only differences mean something. */
  monotonic(): number
  /** Calls `action` once after `delayMs`. Timers do not keep a process alive. */
  after(delayMs: number, action: () => void): Cancel
}

/** A clock that moves only when told to; `advance` fires due timers in order. */
export interface ManualClock extends Clock {
  /** Moves time forward by `ms`, firing each timer at its own time. */
  advance(ms: number): void
  /** Number of timers not yet fired. */
  readonly pending: number
}

/** Makes a {@link ManualClock} that starts at `startMs` (default: 2025-01-01T00:00:00Z, a fixed day for goldens). */
export function manualClock(startMs = Date.UTC(2025, 0, 1)): ManualClock {
  let now = startMs
  let sequence = 0
  const timers = new Map<number, { readonly at: number; readonly action: () => void }>()
  const nextDue = (until: number): number | undefined => {
    let best: number | undefined
    for (const [id, timer] of timers) {
      if (timer.at > until) continue
      if (best === undefined || timer.at < (timers.get(best)?.at ?? Infinity)) best = id
    }
    return best
  }
  return {
    now: () => now,
    monotonic: () => now - startMs,
    after(delayMs, action) {
      const id = sequence++
      timers.set(id, { at: now + Math.max(0, delayMs), action })
      return () => void timers.delete(id)
    },
    advance(ms) {
      const until = now + ms
      for (let id = nextDue(until); id !== undefined; id = nextDue(until)) {
        const timer = timers.get(id)
        timers.delete(id)
        if (!timer) continue
        now = timer.at
        timer.action()
      }
      now = until
    },
    get pending() {
      return timers.size
    },
  }
}
