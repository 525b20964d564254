/** Every folder of testdata is a scenario that holds. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readScenario } from './read-scenario.ts'
import { runScenario } from './run-scenario.ts'

const folder = join(import.meta.dirname, 'testdata')

describe('scenarios', () => {
  it.each(readdirSync(folder))('%s', async (slug) => {
    const { problems, calls } = await runScenario(readScenario(join(folder, slug)))
    expect(problems).toEqual([])
    expect(calls.length).toBeGreaterThan(0)
  })
})
