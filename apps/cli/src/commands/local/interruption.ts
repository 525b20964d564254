/** Ctrl-C and its like, for commands that stay. */

/** SIGINT, SIGTERM and SIGHUP as something to wait for; keeps the process alive until `dispose`. */
export interface Interruption {
  readonly happened: boolean
  readonly wait: Promise<void>
  dispose(): void
}

/** Listens until `dispose`. */
export function interruption(): Interruption {
  const alive = setInterval(() => {}, 60_000)
  const { promise, resolve } = Promise.withResolvers<void>()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let happened = false
  const onSignal = (): void => {
    happened = true
    resolve()
  }
  for (const signal of signals) process.once(signal, onSignal)
  return {
    get happened() {
      return happened
    },
    wait: promise,
    dispose() {
      clearInterval(alive)
      for (const signal of signals) process.removeListener(signal, onSignal)
    },
  }
}
