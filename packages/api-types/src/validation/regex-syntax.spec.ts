/** Our reading of RE2's syntax against an RE2; e2e/differential compares it with Go's, which differs in the names of classes. */
import * as fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { collect } from './findings.ts'
import { checkRegex } from './regex.ts'
import { readRegex, regexSyntaxProblem } from './regex-syntax.ts'

function isRe2(regex: string): boolean {
  try {
    RE2JS.compile(regex)
    return true
  } catch {
    return false
  }
}

/** What expressions are made of, right and wrong. */
const PIECES = [
  'a', 'b', '(', ')', '[', ']', '^', '$', '.', '*', '+', '?', '{', '}', '1', '0', '1000', '1001', ',', '|', '\\', '\\d', '\\w', '\\b', '\\B', '\\A', '\\z', '\\Z',
  '\\C', '\\Q', '\\E', '\\p', '\\pL', '\\p{Greek}', '\\P{^Lu}', '\\p{Grek}', '\\x41', '\\x{10FFFF}', '\\x{110000}', '\\x4', '\\1', '\\12', '\\0', '\\8', '(?', '(?i)',
  '(?:', '(?P<n>', '(?P<m>', '(?<o>', '(?P=n)', '(?=', '(?!', '(?<=', '(?-i:', '(?i-s)', '(?-)', '(?)', '[^', '[[:alpha:]]', '[:foo:]', 'a-z', 'z-a', '-', '\\-', '\\_',
  '\\é', 'é', '😀', 'a{2}', 'a{2,1}', '{2}', '{01}', '(a{100}){100}', '??', '*?', '\\n', '[]a]', '[a', '\\d-z', 'a-\\d', '\n',
]
const regex = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.string({ maxLength: 3 }) }), { maxLength: 9 }).map((pieces) => pieces.join(''))

describe('RE2 syntax', () => {
  it('is read as an RE2 reads it', () => {
    const agrees = fc.property(regex, (text) => {
      const { problem, unknownToEnvoy } = readRegex(text)
      expect({ text, isRe2: problem === undefined && unknownToEnvoy === undefined }).toEqual({ text, isRe2: isRe2(text) })
    })
    fc.assert(agrees, { numRuns: 20_000, seed: 20251121 })
  })

  it('has no look-around, no references and no possessive repetition, unlike that of JavaScript', () => {
    for (const text of ['(?=a)', '(?!a)', '(?<=a)', '(?<!a)', '(a)\\1', 'a++', '\\cA']) expect(regexSyntaxProblem(text), text).toMatch(/^error parsing regexp: /)
  })

  it('is read fast, however hostile', () => {
    const before = performance.now()
    for (const text of ['('.repeat(1024), '['.repeat(1024), '(a|'.repeat(341), '\\p{'.repeat(341), 'a{1000}'.repeat(146)]) regexSyntaxProblem(text)
    expect(performance.now() - before).toBeLessThan(1000)
  })

  it('has the classes that Go knows, in any case', () => {
    for (const text of ['\\p{Cn}', '\\p{LC}', '\\p{Letter}', '\\p{greek}', '\\pl', '\\P{^ascii}', '[\\p{decimal number}]']) expect(readRegex(text), text).toEqual({ unknownToEnvoy: text.replaceAll(/[[\]]/g, '') })
    for (const text of ['\\p{L}', '\\pL', '\\p{Any}', '\\p{Greek}', '\\P{^Lu}']) expect(readRegex(text), text).toEqual({})
    // Go loses the underscore of a script's name, and looks for Olditalic.
    for (const text of ['\\p{Old_Italic}', '\\p{Garay}', '\\p{Latn}', '\\p{}', '\\p{L']) expect(readRegex(text).problem, text).toMatch(/invalid character class range/)
  })

  const messages = (text: string): readonly string[] => collect((at) => checkRegex(text, 'uri', at)).map(({ finding }) => `${finding.severity}: ${finding.message}`)

  it('warns of what Istio takes and Envoy refuses', () => {
    expect(messages('\\p{Letter}+')).toEqual(['warning: "uri": Istio takes \\p{Letter} in a regular expression, but Envoy does not, and would refuse the route.'])
  })

  it('holds expressions to 1024 bytes, as Go counts', () => {
    expect(messages('a'.repeat(1024))).toEqual([])
    expect(messages('é'.repeat(512))).toEqual([])
    expect(messages('a'.repeat(1025))).toEqual(['error: "uri": regex is too large, max length allowed is 1024.'])
    expect(messages('é'.repeat(513))).toEqual(['error: "uri": regex is too large, max length allowed is 1024.'])
  })
})
