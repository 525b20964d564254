/**
 * Tells whether Istio takes an expression, without compiling it: only syntax, so that a validator costs 3 KB and no automaton. Istio
 * reads RE2's syntax with Go's regexp. A closed algorithm, held to Go and to re2js by property tests.
 * @see https://github.com/google/re2/wiki/Syntax @see https://pkg.go.dev/regexp/syntax
 */
import { takerOfUnicodeClass } from './unicode-classes.ts'

/** What the size of nested counted repetitions may come to. */
const MAX_REPEAT = 1000
/** Groups inside groups; RE2 refuses higher trees, and we never recurse deeper. */
const MAX_DEPTH = 1000

/** A part of an expression, as far as counted repetitions need it. */
interface Part {
  /** `{n,m}`: the larger of both, or n. */
  readonly times: number
  readonly parts: readonly Part[]
}

const LEAF: Part = { times: 0, parts: [] }

/** A syntax error of a user; it never leaves this file. */
class SyntaxProblem extends Error {}

const fail = (what: string, where: string): never => {
  throw new SyntaxProblem(`error parsing regexp: ${what}: \`${where}\``)
}

/** What is to be said of an expression. */
export interface RegexVerdict {
  /** Why Istio does not take it. */
  readonly problem?: string
  /** A part that Istio takes and the RE2 of Envoy does not, e.g. `\p{Letter}`. */
  readonly unknownToEnvoy?: string
}

/** Reads an expression. */
export function readRegex(regex: string): RegexVerdict {
  const reader: Reader = { text: regex, at: 0, names: new Set(), foreign: [] }
  try {
    const end = alternation(reader, 0).at
    if (end < regex.length) fail('unexpected )', regex)
  } catch (error) {
    if (error instanceof SyntaxProblem) return { problem: error.message }
    throw error
  }
  const [unknownToEnvoy] = reader.foreign
  return unknownToEnvoy === undefined ? {} : { unknownToEnvoy }
}

/** Why Istio does not take the expression; undefined if it does. */
export const regexSyntaxProblem = (regex: string): string | undefined => readRegex(regex).problem

/** How far the text is read. */
interface Reader {
  readonly text: string
  at: number
  readonly names: Set<string>
  /** Classes that Envoy does not know. */
  readonly foreign: string[]
}

/** Reads up to the end or an unopened `)`; returns the reader with the parts that were read. */
function alternation(reader: Reader, depth: number): { readonly at: number; readonly part: Part } {
  if (depth > MAX_DEPTH) fail('expression nests too deeply', reader.text)
  const parts: Part[] = []
  /** Where the current alternative begins in `parts`: a repetition needs something after that. */
  let start = 0
  let previous = ''
  for (;;) {
    const char = reader.text[reader.at]
    if (char === undefined || char === ')') return { at: reader.at, part: { times: 0, parts } }
    const before = reader.at
    const repeat = repetition(reader)
    if (repeat === undefined) {
      previous = ''
      if (char === '|') {
        reader.at++
        start = parts.length
      } else parts.push(...atom(reader, depth))
      continue
    }
    const token = reader.text.slice(before, reader.at)
    const last = parts.at(-1)
    if (last === undefined || parts.length === start) return fail('missing argument to repetition operator', token)
    if (previous !== '') fail('invalid nested repetition operator', previous + token)
    previous = token
    const repeated: Part = { times: repeat, parts: [last] }
    if (repeat >= 2 && !fits(repeated, MAX_REPEAT)) fail('invalid repeat count', token)
    parts[parts.length - 1] = repeated
  }
}

const fits = ({ times, parts }: Part, most: number): boolean => times <= most && parts.every((part) => fits(part, times > 0 ? Math.floor(most / times) : most))

/** Reads `*`, `+`, `?` or `{n,m}` with a lazy mark; the count of a counted one, else 0. Undefined if there is none. */
function repetition(reader: Reader): number | undefined {
  const rest = reader.text.slice(reader.at, reader.at + 32)
  const simple = /^[*+?]\??/.exec(rest)
  if (simple) {
    reader.at += simple[0].length
    return 0
  }
  // A number with a leading zero makes the brace a literal one.
  const counted = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}\??/.exec(rest)
  if (!counted) return undefined
  const min = Number(counted[1])
  const max = counted[2] === undefined ? min : counted[3] === undefined ? -1 : Number(counted[3])
  if (min > MAX_REPEAT || max > MAX_REPEAT || (max >= 0 && min > max)) fail('invalid repeat count', counted[0])
  reader.at += counted[0].length
  return max === 0 ? 0 : max < 0 ? min : max
}

/** Reads one thing that can be repeated; a group of flags is none. */
function atom(reader: Reader, depth: number): readonly Part[] {
  switch (reader.text[reader.at]) {
    case '(':
      return group(reader, depth)
    case '[':
      characterClass(reader)
      return [LEAF]
    case '\\':
      return escapedAtom(reader)
    default:
      reader.at += (reader.text.codePointAt(reader.at) ?? 0) > 0xffff ? 2 : 1
      return [LEAF]
  }
}

function group(reader: Reader, depth: number): readonly Part[] {
  const open = reader.at
  const special = reader.text.startsWith('(?', open)
  if (!special) reader.at++
  else if (flags(reader)) return []
  const { at, part } = alternation(reader, depth + 1)
  if (reader.text[at] !== ')') fail('missing closing )', reader.text)
  reader.at = at + 1
  return [part]
}

/** Reads what follows `(?`: a name or flags. True if it was flags for the rest of the group, without a group of their own. */
function flags(reader: Reader): boolean {
  const rest = reader.text.slice(reader.at)
  const named = /^\(\?P?<([^>]*)>/.exec(rest)
  if (named) {
    const name = named[1] ?? ''
    if (!/^\w+$/.test(name)) fail('invalid named capture', named[0])
    if (reader.names.has(name)) fail('duplicate capture group name', name)
    reader.names.add(name)
    reader.at += named[0].length
    return false
  }
  const flagged = /^\(\?[imsU]*(?:-[imsU]+)?([:)])/.exec(rest)
  if (!flagged) return fail('invalid or unsupported Perl syntax', rest.slice(0, 4))
  reader.at += flagged[0].length
  return flagged[1] === ')'
}

/** Reads an escape outside a class; quoted text is one part per character. */
function escapedAtom(reader: Reader): readonly Part[] {
  const rest = reader.text.slice(reader.at)
  if (rest.startsWith('\\Q')) {
    const end = rest.indexOf('\\E')
    reader.at += end < 0 ? rest.length : end + 2
    return [...rest.slice(2, end < 0 ? undefined : end)].map(() => LEAF)
  }
  if (/^\\[AbBzdDsSwW]/.test(rest)) reader.at += 2
  else if (/^\\[pP]/.test(rest)) unicodeClass(reader)
  else escape(reader)
  return [LEAF]
}

// eslint-disable-next-line no-control-regex -- all of ASCII is meant
const ESCAPE = /^\\(?:x[0-9a-fA-F]{2}|x\{([0-9a-fA-F]+)\}|0[0-7]{0,2}|[1-7][0-7]{1,2}|[afnrtv]|[\x00-\x7f])/u

/** Reads an escaped character and returns its code point, or one that any range may begin or end with. */
function escape(reader: Reader): number {
  const rest = reader.text.slice(reader.at)
  if (rest.length === 1) fail('trailing backslash at end of expression', '')
  const match = ESCAPE.exec(rest)
  const body = match?.[0].slice(1) ?? ''
  // Letters and digits that mean nothing may get a meaning, so RE2 refuses them.
  if (!match || /^(?:[b-eg-mo-qsuw-zA-Z]|[1-9])$/.test(body)) return fail('invalid escape sequence', rest.slice(0, 2))
  reader.at += match[0].length
  if (match[1] !== undefined) return parseInt(match[1], 16) <= 0x10ffff ? parseInt(match[1], 16) : fail('invalid escape sequence', match[0])
  if (body[0] === 'x') return parseInt(body.slice(1), 16)
  if (/^[0-7]/.test(body)) return parseInt(body, 8)
  return CONTROL[body] ?? body.codePointAt(0) ?? 0
}

const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 }

function unicodeClass(reader: Reader): void {
  const match = /^\\[pP](?:\{\^?([^}]*)\}|([^{]))/u.exec(reader.text.slice(reader.at))
  const taker = takerOfUnicodeClass(match?.[1] ?? match?.[2] ?? '')
  if (!match || taker === undefined) return fail('invalid character class range', match?.[0] ?? reader.text.slice(reader.at, reader.at + 8))
  if (taker === 'istio only') reader.foreign.push(match[0])
  reader.at += match[0].length
}

const POSIX: ReadonlySet<string> = new Set('alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit'.split(' '))

function characterClass(reader: Reader): void {
  const open = reader.at
  reader.at += reader.text[open + 1] === '^' ? 2 : 1
  for (let first = true; first || reader.text[reader.at] !== ']'; first = false) {
    const rest = reader.text.slice(reader.at)
    if (rest === '') fail('missing closing ]', reader.text.slice(open))
    const posix = /^\[:\^?([\s\S]*?):\]/.exec(rest)
    if (posix) {
      if (!POSIX.has(posix[1] ?? '')) fail('invalid character class range', posix[0])
      reader.at += posix[0].length
    } else if (/^\\[pP]/.test(rest)) unicodeClass(reader)
    else if (/^\\[dDsSwW]/.test(rest)) reader.at += 2
    else range(reader, open)
  }
  reader.at++
}

function range(reader: Reader, open: number): void {
  const start = reader.at
  const low = classCharacter(reader, open)
  if (reader.text[reader.at] !== '-' || reader.text[reader.at + 1] === ']' || reader.text[reader.at + 1] === undefined) return
  reader.at++
  if (classCharacter(reader, open) < low) fail('invalid character class range', reader.text.slice(start, reader.at))
}

function classCharacter(reader: Reader, open: number): number {
  const code = reader.text.codePointAt(reader.at)
  if (code === undefined) return fail('missing closing ]', reader.text.slice(open))
  if (code === 0x5c) return escape(reader)
  reader.at += code > 0xffff ? 2 : 1
  return code
}
