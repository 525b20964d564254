/** 64-bit integers in memory are decimal strings; encode also takes exact numbers and bigints. */

/** The value as a bigint, or undefined if it is no integer within the 64 bits of its kind. */
export function parseInt64(value: unknown, signed: boolean): bigint | undefined {
  const big = toBigInt(value)
  if (big === undefined) return undefined
  const wrapped = signed ? BigInt.asIntN(64, big) : BigInt.asUintN(64, big)
  return wrapped === big ? big : undefined
}

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined
}

/** JSON's form of a number. */
const NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** Digits of the largest number that could still be one of 64 bits. */
const MOST_DIGITS = 20

/** Whether a text is a number in JSON's form: no plus, no leading zeros, no bare point. */
export const isNumberText = (text: string): boolean => NUMBER.test(text)

/** The whole number that a text in JSON's form states, exactly: `"9e3"`, `"1.0"` and `"10e-1"` are whole. Undefined if it is none of 20 digits. */
export function exactInteger(text: string): bigint | undefined {
  const match = NUMBER.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', part = '', exponent = '0'] = match
  const digits = `${whole}${part}`.replace(/^0+/, '')
  const zeros = Number(exponent) - part.length
  if (digits === '') return 0n
  if (digits.length + zeros > MOST_DIGITS || digits.length + zeros <= 0) return undefined
  const kept = zeros < 0 ? digits.slice(0, zeros) : digits
  if (zeros < 0 && /[1-9]/.test(digits.slice(zeros))) return undefined
  return BigInt(`${sign}${kept}${'0'.repeat(Math.max(zeros, 0))}`)
}

/** zig-zag as sint32 and sint64 use it. */
export const zigzag = (value: bigint): bigint => (value >= 0n ? value * 2n : -value * 2n - 1n)

/** The inverse of {@link zigzag}. */
export const unzigzag = (value: bigint): bigint => (value & 1n ? -(value >> 1n) - 1n : value >> 1n)
