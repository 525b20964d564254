/** The real clock of a process. */
import type { Clock } from '@istio-ts/foundation'

/** Wall and monotonic time of this machine; timers do not keep the process alive. */
export const systemClock = (): Clock => ({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
})
