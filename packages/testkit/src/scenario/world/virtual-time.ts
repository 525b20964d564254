/** Lets a world without real time go on: what is ready runs first, and only then does the virtual clock move. */
import type { ManualClock } from '@istio-ts/foundation'

/** Turns of the event loop that count as "everything ready has run". TLS handshakes on memory streams take a few turns per flight. */
const TURNS = 12
/** One step of virtual time: small against every time a scenario measures. */
const STEP_MS = 5
/** A call that takes longer than this (virtual) is hanging. */
const LIMIT_MS = 120_000

/** Something did not end within 120 virtual seconds. */
export class Hanging extends Error {
  constructor(what: string) {
    super(`${what} did not end within ${LIMIT_MS / 1000} virtual seconds`)
  }
}

/** Lets everything that is ready run. */
export async function turns(count = TURNS): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => void setImmediate(resolve))
}

/** Runs the world until the promise is settled. @throws Hanging when 120 virtual seconds were not enough */
export async function runUntil<T>(clock: ManualClock, promise: Promise<T>, what: string): Promise<T> {
  const state = { settled: false }
  const settle = (): void => void (state.settled = true)
  promise.then(settle, settle)
  for (let waited = 0; !state.settled; waited += STEP_MS) {
    await turns()
    if (state.settled) break
    if (waited > LIMIT_MS) throw new Hanging(what)
    clock.advance(STEP_MS)
  }
  return promise
}

/** Runs the world until a condition holds. @throws Hanging when 120 virtual seconds were not enough */
export async function runWhile(clock: ManualClock, unfinished: () => boolean, what: string): Promise<void> {
  await turns()
  for (let waited = 0; unfinished(); waited += STEP_MS) {
    if (waited > LIMIT_MS) throw new Hanging(what)
    clock.advance(STEP_MS)
    await turns()
  }
}
