/**
 * Plain YAML scalars as Kubernetes reads them: sigs.k8s.io/yaml is a YAML 1.1 reader (`yes`, `on`, `0777`, `1_000`), without
 * timestamps, sexagesimal numbers or infinities. Both parsers use this one function, so they cannot disagree.
 */

/** A scalar after resolution; integers beyond 2^53 keep their value as far as a double can. */
export type Scalar = string | number | boolean | null

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
])

const LONGEST_WORD = 5

const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/
/** Integers that need no more thought. */
const EVERYDAY = /^(?:0|-?[1-9][0-9]{0,14})$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/

/** Resolves an unquoted scalar. Infinities and NaN stay text (JSON has none), so a schema can refuse them with a clear message. */
export function resolveScalar(text: string): Scalar {
  const word = text.length > LONGEST_WORD ? undefined : WORDS.get(text)
  if (word !== undefined) return word
  const first = text.charCodeAt(0)
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  return numeric ? (resolveNumber(text) ?? text) : text
}

function resolveNumber(text: string): number | undefined {
  if (EVERYDAY.test(text)) return Number(text)
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  if (INTEGER.test(plain)) {
    const value = integer(plain)
    if (value !== undefined) return value
  }
  if (!FLOAT.test(plain)) return undefined
  const value = Number(plain)
  return Number.isFinite(value) ? value + 0 : undefined
}

/** Go's strconv base-0 rules; values past 64 bits are no integers (decimal ones become floats, others text). */
function integer(text: string): number | undefined {
  const negative = text.startsWith('-')
  const digits = /^[-+]/.test(text) ? text.slice(1) : text
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.replace(/^0([XBO])/, (_, base: string) => `0${base.toLowerCase()}`)
  const value = BigInt(octal)
  if (value >= 1n << 64n) return undefined
  return negative ? 0 - Number(value) : Number(value)
}
