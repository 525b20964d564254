/** The quick reader says what the general parser says, or nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_LIMITS, parseValues, splitDocuments } from '@istio-ts/api-types/yaml'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quickYaml } from './quick-yaml.ts'

const general = (text: string): unknown => {
  const parsed = parseValues(text, DEFAULT_LIMITS)
  return 'problem' in parsed ? undefined : parsed.value
}

/** Never another value; the general parser's refusal is never overruled. */
function agrees(text: string): void {
  const quick = quickYaml(text)
  if (quick !== undefined) expect(quick, text).toEqual(general(text))
}

const shared = join(process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../../../../shared'), 'conformance/istio')
const filesBelow = (folder: string): readonly string[] => (existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.ya?ml$/.test(name)).map((name) => join(folder, name)) : [])
const goldens = filesBelow(join(import.meta.dirname, 'testdata'))
const real = [...goldens, ...['samples', 'validation-crds'].flatMap((corpus) => filesBelow(join(shared, corpus)))]
if (real.length === goldens.length) {
  if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(`${shared} is absent`)
  console.log(`quick-yaml: ${shared} is absent; only our own files are read`)
}

describe('quick YAML', () => {
  it('reads ordinary manifests', () => {
    expect(quickYaml('a: 1\nb:\n- c: x y\n  d:\n    e: "q"\n- - f\n  - g: on\nh:\n  - i\nj:\nk: []\nl: a:b#c\n# m\n')).toEqual({ a: 1, b: [{ c: 'x y', d: { e: 'q' } }, ['f', { g: true }]], h: ['i'], j: null, k: [], l: 'a:b#c' })
  })
  it.each(['a: {b: c}', 'a: |\n  b', 'a: "x\\n"', 'a: b\n  c', 'a: &x b', 'a: *x', 'a: 1\na: 2', 'on: 1', 'a:\tb', '- a', 'a', "'a': b", 'a: b # c', 'a: ü', ' a: b', 'a: b\n c: d', 'a: !x b', '<<: a', '__proto__: a', 'a: b: c', 'a: -', 'a: - b', 'a:\n  - b\n c', '? a', 'a: [b]', 'a: b:', ''])('leaves %j to the general parser', (text) => {
    expect(quickYaml(text)).toBeUndefined()
  })
  it('agrees on real files', () => {
    for (const file of real) for (const { text } of splitDocuments(readFileSync(file, 'utf8'))) agrees(text)
  })
  it('agrees on damaged files', () => {
    const texts = real.slice(0, 60).flatMap((file) => splitDocuments(readFileSync(file, 'utf8')).map(({ text }) => text)).filter((text) => text.length < 3000)
    const damage = fc.record({ text: fc.constantFrom(...texts), at: fc.nat(), cut: fc.nat(3), put: fc.constantFrom('', ' ', '  ', '\n', '\n  ', '- ', ': ', ':', '#', ' #', '"', "'", '{', '[', '|', '~', '\t', '---\n', 'a: b\n', '\\', '&', '*', '!', '%', '<<: ', '? ', ',', 'é') })
    fc.assert(fc.property(damage, ({ text, at, cut, put }) => {
      const place = at % (text.length + 1)
      agrees(text.slice(0, place) + put + text.slice(place + cut))
    }), { numRuns: 5000 })
  })
  it('agrees on random lines', () => {
    const piece = fc.constantFrom('a', 'b', 'on', '1', '-5', '1.5', '0x1', '~', 'x y', '"q"', "'s'", '""', '[]', '{}', '-', '- ', '- a', 'a:', 'a: ', 'b: c', ': ', ':', '#', ' # c', '/x', 'http://x:1/y', '*', '"*"', '<<', '.5', '+1', '=', '$x', '_', 'null', 'a:b', 'a#b', 'y')
    const line = fc.tuple(fc.constantFrom('', ' ', '  ', '   ', '    '), fc.array(piece, { minLength: 1, maxLength: 3 })).map(([indent, pieces]) => indent + pieces.join(''))
    fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 7 }), (lines) => agrees(lines.join('\n'))), { numRuns: 20_000 })
  })
})
