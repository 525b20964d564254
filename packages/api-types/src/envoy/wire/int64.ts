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

/** zig-zag as sint32 and sint64 use it. */
export const zigzag = (value: bigint): bigint => (value >= 0n ? value * 2n : -value * 2n - 1n)

/** The inverse of {@link zigzag}. */
export const unzigzag = (value: bigint): bigint => (value & 1n ? -(value >> 1n) - 1n : value >> 1n)
