/** Each scenario goes red when what it is about is taken out; else it would prove nothing. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mutantsOf } from './mutants.ts'
import { readScenario } from './read-scenario.ts'
import { runScenario } from './run-scenario.ts'

const folder = join(import.meta.dirname, 'testdata')
const mutants = readdirSync(folder).map((slug) => ({ slug, mutants: mutantsOf(readScenario(join(folder, slug))) }))

describe('a scenario', () => {
  it('says what must not be taken out of it', () => {
    expect(mutants.filter((scenario) => scenario.mutants.length === 0).map(({ slug }) => slug)).toEqual([])
  })

  it.each(mutants.flatMap(({ slug, mutants: all }) => all.map(({ name, scenario }) => ({ slug, name, scenario }))))('$slug: $name', async ({ scenario }) => {
    const { problems } = await runScenario(scenario, { stopAtFirst: true })
    expect(problems).not.toEqual([])
  })

  it.each([
    ['# red without Gateway shop', 'the scenario has nothing for: Gateway shop'],
    ["# red with 'a' for 'b'", "the scenario has nothing for: # red with 'a' for 'b'"],
    ['# red because I say so', 'nobody understands'],
  ])('is not believed: %s', (line, message) => {
    expect(() => mutantsOf({ mesh: `# why\n${line}\nkind: Gateway\nmetadata: {name: shopping}\n`, calls: '' })).toThrow(message)
  })
})
