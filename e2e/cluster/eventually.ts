/** Waits for the world outside: asks again until it answers, but not for ever. */
import { setTimeout as wait } from 'node:timers/promises'

/** How long and how often to ask. */
export interface Patience {
  /** Default 30,000: a cluster on a busy machine of two cores. */
  readonly timeoutMs?: number
  /** Default 50. */
  readonly everyMs?: number
}

/** The first answer that is not undefined. @throws Error with what was waited for and the last error, if there was one */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, { timeoutMs = 30_000, everyMs = 50 }: Patience = {}): Promise<T> {
  const until = performance.now() + timeoutMs
  let last: unknown
  while (performance.now() < until) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await wait(everyMs)
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause: last })
}
