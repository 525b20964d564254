/** The simple reader says what the general parser says, or nothing. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { corpora, yamlFilesBelow } from '../testdata/documents.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { parseGeneral } from './parse-values.ts'
import { parseSimple } from './simple-yaml.ts'
import { splitDocuments } from './split-documents.ts'

const simple = (text: string, limits = DEFAULT_LIMITS): unknown => parseSimple(text, limits)
const general = (text: string): unknown => {
  const parsed = parseGeneral(text, DEFAULT_LIMITS)
  return 'problem' in parsed ? undefined : parsed.value
}

/** Never another value; the general parser's refusal is never overruled. @returns whether the simple reader was sure */
function agrees(text: string): boolean {
  const value = simple(text)
  if (value !== undefined) expect(value, text).toStrictEqual(general(text))
  return value !== undefined
}

const real = ['samples', 'validation-crds'].flatMap((corpus) => yamlFilesBelow(join(corpora, corpus)))
if (real.length === 0) {
  if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(`${corpora} is absent`)
  console.log(`simple-yaml: ${corpora} is absent; only our own documents are read`)
}
const texts = real.flatMap((file) => splitDocuments(readFileSync(file, 'utf8')).map(({ text }) => text))

/** All that the simple reader knows. */
const ORDINARY = `
a: 1
b:
- c: x y # z
  d:
    e: "q\\"\\n"
- - f
  - g: on
h: # i
  - i
  -   j: k
      l: m
j:
k: []
l: a:b#c

# m
m: {o: 'p''s', "q": [r, "s", -1, {}], t: http://u:1/v }
o: &p
  q: &r 5
s: [*p, *r]
t: *p
u: é
constructor: v
`

describe('simple YAML', () => {
  it('reads ordinary manifests', () => {
    expect(simple(ORDINARY)).toBeUndefined()
    const text = ORDINARY.replace("'p''s'", "'p'")
    expect(simple(text)).toEqual({
      a: 1, b: [{ c: 'x y', d: { e: 'q"\n' } }, ['f', { g: true }]], h: ['i', { j: 'k', l: 'm' }], j: null, k: [], l: 'a:b#c',
      m: { o: 'p', q: ['r', 's', -1, {}], t: 'http://u:1/v' }, o: { q: 5 }, s: [{ q: 5 }, 5], t: { q: 5 }, u: 'é', constructor: 'v',
    })
    expect(agrees(text)).toBe(true)
  })
  it.each([
    'a: |\n  b', 'a: "\\x41"', 'a: b\n  c', 'a: 1\na: 2', 'on: 1', 'a:\tb', '- a', 'a', ' a: b', 'a: b\n c: d', 'a: !x b', '<<: a', '__proto__: a', 'a: b: c', 'a: -', 'a: - b', 'a:\n  - b\n c', '? a', 'a: b:', '',
    'a: "b', "a: 'b''c'", 'a: [b', 'a: [b]c', 'a: [b: c]', 'a: {b}', 'a: {b: c, b: d}', 'a: {b:c}', 'a: [b,\n  c]', 'a: "b"#c', 'a: *b', 'a: &b *b', 'a: &b\n  c: *b', 'a: &b 1\nc: &b 2', 'a: & 1', '- &a b: c', 'a: \u2028', 'a: \u0085', '%a: b', '@a: b',
  ])('leaves %j to the general parser', (text) => {
    expect(simple(text)).toBeUndefined()
  })
  it('leaves what comes near a limit to the general parser', () => {
    const bomb = `a: &a [1, 1, 1, 1, 1, 1, 1, 1]\n${Array.from('bcdefgh', (name, i) => `${name}: &${name} [${Array(8).fill(`*${'abcdefg'[i]}`).join(', ')}]`).join('\n')}\n`
    expect(simple(bomb)).toBeUndefined()
    expect(simple(`a: &a 1\nb: [${Array(101).fill('*a').join(', ')}]`)).toBeUndefined()
    expect(simple(`a: ${'['.repeat(60)}${']'.repeat(60)}`)).toBeUndefined()
    expect(simple('a: {b: {c: 1}}', { ...DEFAULT_LIMITS, maxDepth: 4 })).toBeUndefined()
    expect(simple('a: {b: {c: 1}}', { ...DEFAULT_LIMITS, maxNodes: 3 })).toBeUndefined()
  })
  it('agrees on random lines', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd-e', 'f/g', '"q"', "'r'", 'on', 'x.y', '1', '1a', '-z', '.5', '/p', '"on"', '')
    const value = fc.constantFrom(
      '1', '-5', '1.5', '0x1', '~', 'x y', '"q"', "'s'", "''", '""', "'a''b'", '"a\\"b"', '"\\u0041"', '"x" #c', 'v #c', 'v#c', 'a:b', 'a: b', 'a:', ':', 'http://x:1/y', '$x', '+', '.', '..', '...', '---', '-', '- x', "it's", 'x"y', '*', '<<', '=', '|', '>-', '!x', '!!str 1', '? x', '@',
      '&a 1', '*a', '*b', '&b', '&c [x]', '&', '[]', '{}', '[a, "b"]', '{a: b, "c": [1]}', '{a: *a}', '[*a, *b]', '[a, ]', '[,]', '{a}', '{a: }', '{a: b,}', '[a b]', '[a#b]', '[a #b]', '[a: b]', '[a:b]', '{a:b}', '[http://x]', '[-1, -x]', '{a: {b: c}}', '{a: b}x', '[a]: b', '[on, {on: 1}]', 'a, b', 'a]', 'é ü', '#', '# c', '', '', '', '',
    )
    const line = fc.record({ step: fc.constantFrom(-4, -2, -2, -1, 0, 0, 0, 0, 1, 2, 2, 2), dash: fc.constantFrom('', '', '', '- ', '- ', '-  ', '- - ', '-'), name: fc.option(key, { freq: 6 }), blank: fc.constantFrom(' ', ' ', ' ', ' ', '  ', ''), value, end: fc.constantFrom('', '', '', ' ', '\n', '\n# c', '\n  # c') })
    let sure = 0
    fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 7 }), (lines) => {
      let indent = 0
      const text = lines.map(({ step, dash, name, blank, value, end }, i) => `${' '.repeat((indent = i === 0 ? 0 : Math.max(0, indent + step)))}${dash}${name === null ? '' : `${name}:${blank}`}${value}${end}`).join('\n')
      if (agrees(text)) sure++
    }), { numRuns: 20_000 })
    expect(sure).toBeGreaterThan(300)
  })
  it('agrees on damaged documents', () => {
    const damage = fc.record({ text: fc.constantFrom(ORDINARY, ...texts.filter((text) => text.length < 3000).slice(0, 200)), at: fc.nat(), cut: fc.nat(3), put: fc.constantFrom('', ' ', '  ', '\n', '\n  ', '- ', ': ', ':', '#', ' #', '"', "'", '{', '[', '}', ']', '|', '~', '\t', '---\n', 'a: b\n', '\\', '&', '*', '!', '%', '<<: ', '? ', ',', 'é', '&p ', '*p', '\u00a0', '\u0085') })
    fc.assert(fc.property(damage, ({ text, at, cut, put }) => {
      const place = at % (text.length + 1)
      agrees(text.slice(0, place) + put + text.slice(place + cut))
    }), { numRuns: 5000 })
  })
})

describe.runIf(real.length > 0)('real files', () => {
  it('are read alike, nearly all of them by the simple reader', () => {
    const sure = texts.filter(agrees)
    expect(sure.length).toBeGreaterThan(texts.length * 0.9)
  })
})
