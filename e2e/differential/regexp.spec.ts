/** Our reading of regular expressions takes what Go's regexp takes, with which Istio checks them, and refuses what it refuses. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRegex } from '../../packages/api-types/src/validation/regex-syntax.ts'
import { askGo } from './oracle.ts'

/** What expressions are made of, right and wrong. */
const PIECES = [
  'a', 'b', '(', ')', '[', ']', '^', '$', '.', '*', '+', '?', '{', '}', '1', '0', '1000', '1001', ',', '|', '\\', '-', '\n', '\u0000', 'é', '😀',
  '\\d', '\\w', '\\b', '\\B', '\\A', '\\z', '\\Z', '\\C', '\\Q', '\\E', '\\-', '\\_', '\\é', '\\ ', '\\:', '\\\u0000', '\\a', '\\c', '\\e', '\\u', '\\R', '\\X', '\\G', '\\K', '\\h', '\\v', '\\n',
  '\\x41', '\\x{10FFFF}', '\\x{110000}', '\\x4', '\\x{', '\\x{}', '\\1', '\\12', '\\18', '\\0', '\\8',
  '\\p', '\\pL', '\\pl', '\\p{Greek}', '\\P{^Lu}', '\\p{Grek}', '\\p{', '\\p{^', '\\p{Letter}', '\\p{ l-u_}', '\\p{Cn}', '\\p{LC}', '\\P{ASCII}',
  '(?', '(?i)', '(?:', '(?P<n>', '(?P<m>', '(?<o>', '(?P=n)', '(?=', '(?!', '(?<=', '(?<!', '(?-i:', '(?i-s)', '(?-)', '(?)', '(?i-)', '(?s-:', '(?P<', '(?P<a b>', '(?<>', '(?#', '(?P>', '(?U', '(?x)',
  '[^', '[[:alpha:]]', '[[:^alpha:]]', '[:foo:]', '[[:word:]', '[[:', 'a-z', 'z-a', '\\d-z', 'a-\\d', '[--a]', '[a-]', '[-a]', '[^]', '[]a]', '[a', '[\\Q]\\E]', '[[=a=]]', '[[:alpha:]-z]',
  'a{2}', 'a{2,1}', '{2}', '{01}', '{,5}', '{1,}', '{1001}', '{0}', '(a{100}){100}', '((a{10}){10}){11}', '(a{10}){0}', '(a*){500}', '(a{2,}){501}', '??', '*?', 'x**', 'x{2}{3}', '(?i)*', '^*', '|*', '()', '(*)',
]
const expression = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.string({ maxLength: 3 }) }), { maxLength: 9 }).map((pieces) => pieces.join('').toWellFormed())

/** Names of classes: known ones of all kinds, in the case of others, damaged, and of scripts that only a newer Unicode has. */
const NAMES = 'Any ASCII Assigned L Lu LC Cn C Letter Cased_Letter Decimal_Number cntrl digit punct Combining_Mark Private_Use Greek Han Nko Thai Toto Kawi Latin Latn Old_Italic Ol_Chiki SignWriting Nag_Mundari Garay Script=Greek L& Lower'.split(' ')
const separators = fc.constantFrom('', '', '', ' ', '_', '-', '^', 'é', 'ſ')
const className = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom((text: string) => text, (text: string) => text.toLowerCase(), (text: string) => text.toUpperCase(), (text: string) => text.replace('_', ' ')), separators, separators)
const unicodeClass = className.map(([name, spell, before, after]) => `\\p{${before}${spell(name)}${after}}`)

describe('regular expressions', () => {
  it('are read as Go reads them', { timeout: 900_000 }, (context) => {
    const texts = [...new Set([...fc.sample(expression, { numRuns: 50_000, seed: 20251121 }), ...fc.sample(unicodeClass, { numRuns: 5000, seed: 20251121 })])]
    const answers = askGo(context, texts.map((text) => ({ op: 'regexp', text })))
    const different = texts.flatMap((text, i) => {
      const go = answers[i]
      const { problem } = readRegex(text)
      return go !== undefined && go.ok === (problem === undefined) ? [] : [{ text, go: go?.ok ? 'takes it' : go?.error, we: problem ?? 'take it' }]
    })
    expect(different.slice(0, 10)).toEqual([])
    const taken = answers.filter(({ ok }) => ok).length
    console.log(`regular expressions: ${texts.length} read as Go reads them, ${taken} of them taken`)
    expect(taken).toBeGreaterThan(5000)
    expect(texts.length - taken).toBeGreaterThan(5000)
  })
})
