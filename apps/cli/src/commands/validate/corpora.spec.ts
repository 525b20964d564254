/** Istio's samples are accepted, each invalid object of its tests is refused with file and line. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkText } from './check-text.ts'
import { filesOf } from './files.ts'

interface Case {
  readonly name: string
  readonly valid: boolean
  readonly file: string
}

const shared = join(process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../../../../shared'), 'conformance/istio')
const isThere = existsSync(shared)
if (!isThere && process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(`${shared} is absent`)
if (!isThere) console.log(`validate: ${shared} is absent; Istio's samples and cases are not read`)

const check = (file: string) => checkText(file, readFileSync(file, 'utf8'))

describe.runIf(isThere)('validate', () => {
  it('accepts every sample', () => {
    const files = filesOf([join(shared, 'samples')], '/')
    expect(files.length).toBeGreaterThan(50)
    expect(files.flatMap((file) => check(file).errors)).toEqual([])
  })
  it('refuses each invalid object, with file, line and column, and accepts each valid one', () => {
    const folder = join(shared, 'validation-crds')
    const index = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as { readonly cases: readonly Case[] } | readonly Case[]
    const cases = 'cases' in index ? index.cases : index
    expect(cases.some(({ valid }) => valid) && cases.some(({ valid }) => !valid)).toBe(true)
    for (const { name, valid, file } of cases) {
      const { errors } = check(join(folder, file))
      expect(errors.length === 0, `${name}: ${errors.join(' | ')}`).toBe(valid)
      for (const error of errors) expect(error, name).toMatch(/^\S+:\d+:\d+: /)
    }
  })
})
