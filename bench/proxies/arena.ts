/** A folder and programs that are gone when the benchmark ends, however it ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Running } from './processes.ts'
import { tools as findTools, type Tools } from './tools.ts'

/** Where a benchmark runs. */
export interface Arena {
  readonly tools: Tools
  readonly folder: string
  /** Remembers a program, to stop it at the end. */
  kept(running: Promise<Running>): Promise<Running>
}

/** Runs `work` in an arena. */
export async function inArena<T>(work: (arena: Arena) => Promise<T>): Promise<T> {
  const tools = await findTools()
  const folder = mkdtempSync(join(tmpdir(), 'istio-ts-bench-'))
  const started: Running[] = []
  try {
    return await work({
      tools, folder,
      async kept(running) {
        const one = await running
        started.push(one)
        return one
      },
    })
  } finally {
    for (const one of started) await one.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
