/** Documents mean what kubectl reads in them (sigs.k8s.io/yaml, a reader of YAML 1.1): scalars, keys, structures, and the corpora. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it, type TestContext } from 'vitest'
import { DEFAULT_LIMITS } from '../../packages/api-types/src/yaml/limits.ts'
import { parseGeneral, parseValues } from '../../packages/api-types/src/yaml/parse-values.ts'
import { splitDocuments } from '../../packages/api-types/src/yaml/split-documents.ts'
import { corpora, lacksCorpora } from '../conformance/corpora.ts'
import { askGo } from './oracle.ts'

/** Scalars that look like something else. */
const WORDS = 'y Y yes Yes YES yEs n N no No NO nO on On ON oN off Off OFF oFF true True TRUE tRUE t T false False FALSE f F ~ null Null NULL nULL nil none None undefined'
const NUMBERS =
  '0 -0 +0 00 1 +1 -1 01 07 08 09 010 0o10 0O10 0o8 0x1F 0X1f 0xG 0b11 0B11 0b2 -0x1F +0x1f -0o7 -010 1_000 1__0 _1 1_ 0x_1 0b_1 0_7 1,000 ' +
  '1.0 1. .5 -.5 +.5 .5. 1.5.2 1e3 1E3 1e+3 1e-3 1.e3 .e3 1e 1e+ e3 1e400 -1e400 1e-400 0.1 0.10 1.10 00.5 -1.5 +1.5 1_0.5 1e1_0 .inf -.inf +.inf .Inf .INF .nan .NaN .NAN inf nan Infinity NaN ' +
  '9007199254740991 9007199254740992 9007199254740993 9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616 -9223372036854775808 -9223372036854775809 ' +
  '0xFFFFFFFFFFFFFFFF 0x10000000000000000 01777777777777777777777 123456789012345678901234567890 0.30000000000000004 1e21 1e20 100000000000000000000 5e-324'
const TIMES = '2001-12-14 2001-12-14T21:59:43Z 2001-12-14t21:59:43.10-05:00 12:30 12:30:45 1:00 190:20:30 190:20:30.15 2001-1-1 20011214'
const OTHERS = '- -a --- a-b a:b :a a: a#b #a @a `a %a &a *a !a !!str !!int ?a ?:a "a" \'a\' |a >a [a {a a] a} a, = << <<: == .. ... . / \\ \\n a\\b $a (a) a;b é 😀 \u00a0 a\u00a0b \u2028 v1 1a a1 1-2 1/2 1:2 10Mi 100m 5s 1h30m 127.0.0.1 ::1 fe80::1 10.0.0.0/8 *.example.com'
const QUOTED = ['"a b"', '"a\\nb"', '"\\x41"', '"\\u0041"', '"\\U0001F600"', '"\\q"', '"a\\', "'a''b'", "'a\\nb'", '""', "''", '"\\/"', '"\\ "', '"\\_"', '"\\N"', '"\\e"', '"\\0"', '"a\tb"', '!!str 5', '!!int "5"', '!!float 5', '!!bool "yes"', '!!null ""', '!!str yes', '!!binary aGk=', '!custom 5', '!!str', '! 5', '!!int x', '!!bool 5', '!!set {a}', '!!timestamp 2001-12-14']
const scalars = [...new Set([...`${WORDS} ${NUMBERS} ${TIMES} ${OTHERS}`.split(' '), ...QUOTED])]

/** How a scalar may stand in a document. */
const FRAMES: Readonly<Record<string, (scalar: string) => string>> = {
  value: (scalar) => `a: ${scalar}\n`,
  item: (scalar) => `- ${scalar}\n- b\n`,
  flow: (scalar) => `a: [${scalar}, b]\n`,
  'flow value': (scalar) => `a: {b: ${scalar}}\n`,
  key: (scalar) => `${scalar}: b\n`,
  'key below': (scalar) => `a:\n  ${scalar}: b\n  c: d\n`,
  comment: (scalar) => `a: ${scalar} # why\n`,
}

/** Structures people write, and some they should not. */
const STRUCTURES = [
  'a:\n- b\n- c\n', 'a:\n  - b\n  -   c\n', 'a:\n    b: 1\n    c: 2\nd: 3\n', '- - a\n  - b\n- c\n', '- a: 1\n  b: 2\n- a: 3\n', '-\n  a: 1\n-\n  b: 2\n', 'a:\nb:\n', 'a: \n  b\n', 'a: b\n  c\n', 'a: b\n\n  c\n',
  'a: |\n  x\n  y\n', 'a: |-\n  x\n', 'a: |+\n  x\n\n', 'a: >\n  x\n  y\n\n  z\n', 'a: >-\n  x\n    y\n  z\n', 'a: |2\n   x\n  y\n', 'a: |\n\n  x\n', 'a: |\n  x\n # c\n  y\n', 'a: |\n  x\n# c\nb: 1\n', '- |\n x\n- >\n y\n',
  'a: "x\n  y"\n', "a: 'x\n\n  y'\n", 'a: "x\\\n  y"\n', 'a: [1,\n 2]\n', 'a: [1, 2,]\n', 'a: {b: 1, c}\n', 'a: {b: , c: }\n', 'a: {b}\n', 'a: [b: 1, c: 2]\n', 'a: [[], {}]\n', '{a: 1, "b": 2}\n', '[a, b]\n', '{"a":1}\n', '{"a":"b:c"}\n', 'a: {b:1}\n', 'a: {"b":1}\n', 'a: [a,b]\n', '{a:\n 1}\n',
  'a: 1\na: 2\n', '{a: 1, a: 2}\n', 'a: 1\n"a": 2\n', '1: a\n"1": b\n', 'true: a\ny: b\n', 'a: &x {b: 1}\nc: *x\n', 'a: &x 1\n*x : b\n', 'a: *none\n', 'a: &x [*x]\n', 'x: &x {a: 1}\ny: {<<: *x, b: 2}\n', 'x: &x {a: 1}\ny:\n  <<: *x\n  a: 2\n', 'x: &x {a: 1}\nz: &z {a: 3, c: 4}\ny: {<<: [*x, *z]}\n', 'y: {<<: {a: 1}}\n', 'y: {<<: 5}\n', '"<<": 5\n', 'a: {"<<": {b: 1}}\n',
  '? a\n: b\n', '? [a]\n: b\n', '? {a: b}\n: c\n', '[a]: b\n', '{a: 1}: b\n', 'null: a\n', '~: a\n', '1.5: a\n', '1e3: a\n', '0x10: a\n', '1.0: a\n', '-0: a\n', '9007199254740993: a\n', '1e21: a\n', '.5: a\n', '"": a\n', ': a\n', '"a": b\n', "'a': b\n", '"a" : b\n', 'a : b\n', 'a  :  b\n', 'a:b\n', 'a:\tb\n', 'a: b\t\n', '\ta: b\n', 'a:\n\tb: c\n', '  a: 1\n  b: 2\n', '  a: 1\n b: 2\n', 'a:\n  b: 1\n   c: 2\n',
  '# c\n', '', '\n', '   \n', '# c\na: 1 # d\n# e\n', 'a: 1 #d\n', 'a: x#d\n', 'a: "x" #d\n', 'a: "x"#d\n', 'a: [1] # d\n', 'a: # d\n  b\n', 'a: b: c\n', 'a: - b\n', '- a: - b\n', 'a: [\n', 'a: "\n', 'a: {\n', ']\n', '}\n', 'a\nb\n', 'a\n', '5\n', '"a"\n', '- a\nb: c\n', 'a: b\n- c\n', 'a: !!map {b: 1}\n', 'a: !!seq [b]\n', 'a: !x {b: 1}\n', 'a: !<tag:yaml.org,2002:str> 5\n', '%YAML 1.1\n---\na: y\n', 'a: \u0007\n', 'a: "\u0000"\n', 'a: x\u0085y\n', '\ufeffa: 1\n', 'a: 1\r\nb: 2\r\n', 'a: |\r\n  x\r\n  y\r\n',
  '__proto__: 1\n', 'constructor: {prototype: {a: 1}}\n', 'a:\n  __proto__: {b: 1}\n',
] as const

/** Where we read otherwise on purpose, or where it is not worth a reader of our own; nothing people write for a mesh. */
const DELIBERATE: readonly (readonly [string, RegExp])[] = [
  ['a key twice: kubectl takes the last, which is never meant; we refuse it', /^a: 1\na: 2|^\{a: 1, a: 2|^a: 1\n"a": 2|^1: a\n"1"|^true: a\ny:/],
  ['infinities and NaN: kubectl refuses the file, we the field that wants a number', /[-+]?\.(?:inf|nan)\b/i],
  ['nothing but blanks: null for kubectl, no document for us', /^(?:#.*)?\s*$/],
  ['tags: of those that convert we know the five of JSON, and take what does not fit as it is written', /!(?:a|x|custom|!int|!bool|!str|!binary|!set|!timestamp)\b/],
  ['escapes and blanks that YAML 1.2 added or took away', /"\\\/"|\u2028|\u0085/],
  ['numbers as keys beyond what a double holds, which kubectl writes as float32', /^ *(?:[-+]?\d{16,}|0x[0F]{2,}|0x1?[0F]{16}|0[17]+|0\.3\d+|1e20|1e1_0|5e-324|1e-400): /m],
  ['unquoted scalars in [] and {} that begin or end with an indicator', /[[{ ](?:-|:a|::1|\?a|\?:a|a:|<<:|:)[,}]/],
  ['an anchor alone as a key', /^&a: b/],
  ['a line further out than the first: kubectl drops the rest in silence', /^ {2}a: 1\n b: 2/],
  ['a comment without a blank before it', /"x"#d/],
]

/** Keys in order, for comparison: JSON has none. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(sorted) : typeof value === 'object' && value !== null ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, child]) => [key, sorted(child)]) : Object.is(value, -0) ? 0 : value

const ours = (text: string, parse: typeof parseValues): string => {
  const parsed = parse(text, DEFAULT_LIMITS)
  return 'problem' in parsed ? 'refused' : JSON.stringify(sorted(parsed.value))
}

/** Where we read otherwise than Go: what it reads, and what we do. */
function differences(context: TestContext, texts: readonly string[]): readonly { readonly text: string; readonly difference: string }[] {
  const answers = askGo(context, texts.map((text) => ({ op: 'yaml', text })))
  return texts.flatMap((text, i) => {
    const answer = answers[i]
    const go = answer?.ok ? JSON.stringify(sorted(JSON.parse(answer.value ?? ''))) : 'refused'
    const we = ours(text, parseValues)
    return go === we ? [] : [{ text, difference: `kubectl ${answer && !answer.ok ? answer.error : go}, we ${we}` }]
  })
}

const framed = Object.values(FRAMES).flatMap((at) => scalars.map(at))

describe('YAML', () => {
  it(`is read as kubectl reads it: ${scalars.length} tricky scalars in ${Object.keys(FRAMES).length} places, ${STRUCTURES.length} structures`, { timeout: 900_000 }, (context) => {
    const found = differences(context, [...framed, ...STRUCTURES])
    expect(found.filter(({ text }) => !DELIBERATE.some(([, pattern]) => pattern.test(text)))).toEqual([])
    expect(DELIBERATE.filter(([, pattern]) => !found.some(({ text }) => pattern.test(text))), 'differences that are gone').toEqual([])
    console.log(`YAML: ${framed.length + STRUCTURES.length - found.length} of ${framed.length + STRUCTURES.length} texts read as kubectl reads them, the others in ${DELIBERATE.length} known ways otherwise`)
  })

  it('is read the same by the quick parser and the general one', () => {
    expect([...framed, ...STRUCTURES].filter((text) => ours(text, parseValues) !== ours(text, parseGeneral))).toEqual([])
  })

  it('of structures made at random is read as kubectl reads it', { timeout: 900_000 }, (context) => {
    const scalar = fc.constantFrom(...scalars.filter((one) => !/^[[{]/.test(one) && !DELIBERATE.some(([, pattern]) => Object.values(FRAMES).some((at) => pattern.test(at(one))))))
    const { block } = fc.letrec<{ block: readonly string[] }>((tie) => ({
      block: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        scalar.map((text) => [text]),
        fc.array(tie('block'), { minLength: 1, maxLength: 3 }).map((items) => items.flatMap((lines) => lines.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`)))),
        fc.tuple(fc.array(tie('block'), { minLength: 1, maxLength: 3 }), fc.constantFrom('  ', '    ', ' ')).map(([values, indent]) =>
          values.flatMap((lines, i) => (lines.length === 1 && !/^- |: /.test(lines[0] ?? '') ? [`k${i}: ${lines[0]}`] : [`k${i}:`, ...lines.map((line) => indent + line)]))),
      ),
    }))
    const texts = fc.sample(block, { numRuns: 5000, seed: 20251121 }).map((lines) => `${lines.join('\n')}\n`)
    expect(differences(context, texts)).toEqual([])
    expect(texts.filter((text) => ours(text, parseValues) !== ours(text, parseGeneral))).toEqual([])
  })

  it.skipIf(lacksCorpora('YAML of the corpora'))('of the shared corpora is read as kubectl reads it', { timeout: 900_000 }, (context) => {
    const files = readdirSync(corpora, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    const texts = files.flatMap((entry) => splitDocuments(readFileSync(join(entry.parentPath, entry.name), 'utf8')).map(({ text }) => `${text}\n`)).filter((text) => !text.includes('{{'))
    const found = differences(context, texts)
    // Two documents without a line between them: kubectl takes the second and drops the first in silence.
    expect(found.filter(({ difference }) => !difference.endsWith('we refused')).map(({ text, difference }) => ({ text: text.slice(0, 200), difference: difference.slice(0, 400) }))).toEqual([])
    expect(found.length).toBeLessThanOrEqual(2)
    console.log(`YAML: ${texts.length} documents of the corpora read as kubectl reads them`)
    expect(texts.length).toBeGreaterThan(1000)
  })
})
