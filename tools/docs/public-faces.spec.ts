/** The exported names of every face: growth of the public interface is seen in review. `GOLDEN_UPDATE=1` rewrites the golden. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import workspace from '../packages.json' with { type: 'json' }
import { exportedNames, facesOf, namesIn } from './public-faces.ts'
import { root } from './source.ts'

const GOLDEN = join(import.meta.dirname, 'public-faces.yaml')

/** Faces that have a golden of their own, beside their package. */
const goldenElsewhere = (name: string): readonly string[] => {
  const own = join(root, 'packages', name, 'src/testdata/exports.yaml')
  return existsSync(own) ? [...readFileSync(own, 'utf8').matchAll(/^"?([^\s":-][^\s":]*)"?:/gm)].map((match) => match[1] ?? '') : []
}

describe('public faces', () => {
  it('export what the golden says', () => {
    const lines = Object.keys(workspace.packages).flatMap((name) => {
      const faces = facesOf(name).filter(({ face, file }) => !file.includes('*') && !goldenElsewhere(name).includes(face))
      return faces.length === 0 ? [] : [`${name}:`, ...faces.flatMap(({ face, file }) => [`  "${face}":`, ...exportedNames(join(root, 'packages', name, file)).map((one) => `  - ${one}`)])]
    })
    const text = `# Names that packages export, by face. Faces of api-types that its own src/testdata/exports.yaml lists are left out here.\n${lines.join('\n')}\n`
    if (process.env['GOLDEN_UPDATE'] === '1') writeFileSync(GOLDEN, text)
    expect(text).toBe(readFileSync(GOLDEN, 'utf8'))
  })

  it('are listed once: what api-types holds by its own golden is not here', () => {
    expect(goldenElsewhere('api-types')).toContain('.')
    expect(goldenElsewhere('api-types')).toContain('./yaml')
  })

  it('are read from every form of export', () => {
    expect(namesIn('x.ts', `
      export { a, type B, c as d } from './y.ts'
      export type { E } from './y.ts'
      export const f = 1, g = 2
      export function h(): void {}
      export class I {}
      export interface J {}
      const hidden = 1
    `)).toEqual(['a', 'type B', 'd', 'type E', 'f', 'g', 'h', 'I', 'type J'].sort((x, y) => (x.replace('type ', '') < y.replace('type ', '') ? -1 : 1)))
  })

  it('may not hide what is public behind a foreign star', () => {
    expect(() => namesIn('x.ts', "export * from 'zod'")).toThrow('hides what is public')
  })
})
