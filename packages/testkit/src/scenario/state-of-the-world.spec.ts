/** Every scenario holds with state-of-the-world xDS too: what a proxy does must not depend on how its configuration travelled. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readScenario } from './read-scenario.ts'
import { runScenario } from './run-scenario.ts'

const folder = join(import.meta.dirname, 'testdata')

describe('scenarios by state-of-the-world xDS', () => {
  it.each(readdirSync(folder))('%s', async (slug) => {
    expect((await runScenario(readScenario(join(folder, slug)), { variant: 'sotw' })).problems).toEqual([])
  })
})
