/** Ctrl-C and its like, for commands that stay. */
import type { CliContext } from '../../context.ts'

/** SIGINT, SIGTERM and SIGHUP as something to wait for; keeps the process alive until `dispose`. */
export interface Interruption {
  readonly happened: boolean
  readonly wait: Promise<void>
  dispose(): void
}

/**
 * Listens until `dispose`. Later signals are ignored: Ctrl-C reaches every process of the terminal, and a program in between (npm, a bin on an
 * old Node) passes it on once more, while the first one is being obeyed.
 */
export function interruption(context: Pick<CliContext, 'keepGoing'>): Interruption {
  context.keepGoing()
  const alive = setInterval(() => {}, 60_000)
  const { promise, resolve } = Promise.withResolvers<void>()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let happened = false
  const onSignal = (): void => {
    happened = true
    resolve()
  }
  for (const signal of signals) process.on(signal, onSignal)
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
