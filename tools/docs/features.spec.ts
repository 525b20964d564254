/** `docs/features.md` is honest: each row is proven by something that exists, or says that it is not; and no scenario is forgotten. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './source.ts'

interface Row { readonly feature: string; readonly cells: readonly string[]; readonly scenario: string; readonly gap: string }

const links = (cell: string): readonly string[] => [...cell.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map((match) => match[1] ?? '')

/** Rows of all tables of a page. */
const rowsOf = (text: string): readonly Row[] => text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| feature |')).map((line) => {
  const cells = line.split('|').slice(1, -1).map((cell) => cell.trim())
  return { feature: cells[0] ?? '', cells, scenario: cells[4] ?? '', gap: cells[5] ?? '' }
})

/** What is wrong with a row. */
function problemsOf({ feature, cells, scenario, gap }: Row): readonly string[] {
  const proofs = links(scenario)
  const isScenario = proofs.some((proof) => /^(packages\/testkit\/src\/scenario\/testdata|e2e)\//.test(proof))
  return [
    ...(cells.length === 6 ? [] : ['it has not six cells']),
    ...links(cells.join(' ')).filter((link) => !existsSync(join(root, link))).map((link) => `${link} does not exist`),
    ...proofs.filter((proof) => !/(\.spec\.ts|\/testdata\/[^/]+)$/.test(proof)).map((proof) => `${proof} is no proof`),
    ...(isScenario || gap.includes('no scenario') ? [] : ['it has no scenario, and its gap does not say so']),
    ...(isScenario && /no scenario$/.test(gap) ? ['it has a scenario, and its gap denies it'] : []),
    ...(cells.slice(1, 4).includes('missing') && gap === '' ? ['a floor is missing, and the gap does not say what follows'] : []),
    ...(cells.slice(1, 4).every((cell) => cell === '') ? ['no floor is named'] : []),
  ].map((problem) => `${feature}: ${problem}`)
}

const text = readFileSync(join(root, 'docs/features.md'), 'utf8')

describe('features', () => {
  it('are proven, or say that they are not', () => {
    expect(rowsOf(text).flatMap(problemsOf)).toEqual([])
    expect(rowsOf(text).length).toBeGreaterThan(40)
  })

  it('name every scenario', () => {
    const folder = 'packages/testkit/src/scenario/testdata'
    const named = new Set(links(text))
    expect(readdirSync(join(root, folder)).map((slug) => `${folder}/${slug}`).filter((path) => !named.has(path))).toEqual([])
  })

  it.each([
    ['| a | - | - | - |  |  |', 'a: it has no scenario, and its gap does not say so'],
    ['| a | missing | - | - | [x](../e2e/local/shape.spec.ts) |  |', 'a: a floor is missing, and the gap does not say what follows'],
    ['| a | - | - | - | [x](../e2e/local/gone.spec.ts) |  |', 'a: e2e/local/gone.spec.ts does not exist'],
    ['| a | - | - | - | test: [x](../packages/ca/src/readme.spec.ts) | slow |', 'a: it has no scenario, and its gap does not say so'],
  ])('would be caught: %s', (row, problem) => {
    expect(rowsOf(row).flatMap(problemsOf)).toEqual([problem])
  })
})
