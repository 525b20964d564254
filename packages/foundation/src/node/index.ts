/** The real world's side of foundation's ports; used by `main` files alone. */
import type { Clock } from '../clock.ts'

/** The machine's clock. Timers are unreferenced: they never keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
