/** All programs that a mesh keeps running: made to fit what the files say, asked together, stopped in order. */
import type { LaunchItem } from '../launch/launch-plan.ts'
import { KeptProcess, type KeeperDeps, type ProcessRecord } from './kept-process.ts'
import { endProcesses } from './end-processes.ts'

/** Processes that start at the same time; more would only slow each other down on a laptop. */
const PARALLEL_STARTS = 4
const STOP_GRACE_MS = 5000

/** Programs go first, so that their last calls still find a sidecar; istiod goes last. */
const STOP_ORDER: readonly LaunchItem['role'][] = ['app', 'proxy', 'istiod']

/** Keeps the programs of a plan running. */
export class KeptProcesses {
  readonly #deps: KeeperDeps
  readonly #kept = new Map<string, KeptProcess>()

  constructor(deps: KeeperDeps) {
    this.#deps = deps
  }

  /** By the ids of their items. */
  get all(): ReadonlyMap<string, KeptProcess> {
    return this.#kept
  }

  /** What to remember across a death of the supervisor. */
  get records(): Readonly<Record<string, ProcessRecord>> {
    return Object.fromEntries([...this.#kept].map(([id, kept]) => [id, kept.record]))
  }

  isReady(id: string): boolean {
    return this.#kept.get(id)?.ready === true
  }

  /**
   * Stops what is wanted no more, restarts what changed, starts what is new. At the first call `left` is what an earlier supervisor noted:
   * what fits is adopted, the rest is stopped.
   */
  async fit(items: readonly LaunchItem[], left: Readonly<Record<string, ProcessRecord>>): Promise<void> {
    const wanted = new Map(items.map((item) => [item.id, item.version]))
    await endProcesses(this.#deps.clock, Object.entries(left).filter(([id, { version }]) => wanted.get(id) !== version).map(([, record]) => record), STOP_GRACE_MS)
    for (const [id, kept] of this.#kept) {
      if (wanted.has(id)) continue
      this.#kept.delete(id)
      await kept.stop(STOP_GRACE_MS)
    }
    const changed: (() => Promise<void>)[] = []
    for (const item of items) {
      const known = this.#kept.get(item.id)
      if (known) {
        changed.push(() => known.update(item))
        continue
      }
      const made = new KeptProcess(this.#deps, item, left[item.id])
      this.#kept.set(item.id, made)
      changed.push(() => made.start())
    }
    await inParallel(PARALLEL_STARTS, changed)
  }

  /** Notices deaths and asks for readiness. */
  async tick(): Promise<void> {
    await Promise.all([...this.#kept.values()].map((kept) => kept.tick()))
  }

  /** Ends pauses before restarts. */
  poke(): void {
    for (const kept of this.#kept.values()) if (!kept.identity) void kept.start()
  }

  /** Stops everything; resolves when it has ended. */
  async stop(): Promise<void> {
    for (const role of STOP_ORDER) await Promise.all([...this.#kept.values()].filter(({ item }) => item.role === role).map((kept) => kept.stop(STOP_GRACE_MS)))
  }
}

async function inParallel(limit: number, actions: readonly (() => Promise<void>)[]): Promise<void> {
  const queue = [...actions]
  await Promise.all(Array.from({ length: limit }, async () => {
    for (let action = queue.shift(); action !== undefined; action = queue.shift()) await action()
  }))
}
