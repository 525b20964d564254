/** Writes DER (X.690): the parts of ASN.1 that certificates need. Values are bytes; nesting is concatenation. */

/** Encoded bytes of one element. */
export type Der = Uint8Array

const utf8 = new TextEncoder()

/** Joins byte arrays. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Uint8Array.of(0x80 | digits.length, ...digits)
}

/** One element: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Der {
  const body = concat(content)
  return concat([Uint8Array.of(tag), lengthBytes(body.length), body])
}

export const sequence = (...content: readonly Der[]): Der => element(0x30, ...content)
export const set = (...content: readonly Der[]): Der => element(0x31, ...content)
export const octetString = (content: Uint8Array): Der => element(0x04, content)
/** A bit string of whole bytes. */
export const bitString = (content: Uint8Array, unusedBits = 0): Der => element(0x03, Uint8Array.of(unusedBits), content)
export const boolean = (value: boolean): Der => element(0x01, Uint8Array.of(value ? 0xff : 0))
export const nullValue = (): Der => element(0x05)
export const utf8String = (text: string): Der => element(0x0c, utf8.encode(text))
/** Context-specific, constructed (`[n] { ... }`). */
export const tagged = (number: number, ...content: readonly Der[]): Der => element(0xa0 | number, ...content)
/** Context-specific, primitive (`[n] IMPLICIT` text or bytes). */
export const implicit = (number: number, content: Uint8Array): Der => element(0x80 | number, content)
/** Text of seven-bit characters as bytes, for IA5String forms. */
export const ascii = (text: string): Uint8Array => utf8.encode(text)

/** A non-negative integer given as big-endian bytes. */
export function integer(bytes: Uint8Array): Der {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const body = bytes.subarray(start)
  return element(0x02, (body[0] ?? 0) >= 0x80 ? concat([Uint8Array.of(0), body]) : body)
}

/** A small integer. */
export const smallInteger = (value: number): Der => integer(Uint8Array.of(value))

/** `1.2.840.10045.2.1` as an object identifier. */
export function objectId(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const base128 = (value: number): number[] => {
    const digits = [value % 128]
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left % 128) | 0x80)
    return digits
  }
  return element(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

/** A point in time: UTCTime up to 2049, GeneralizedTime after (RFC 5280 4.1.2.5). Whole seconds. */
export function time(epochMs: number): Der {
  const text = new Date(epochMs).toISOString().replace(/[-:T]/g, '').replace(/\.\d+Z$/, 'Z')
  const year = new Date(epochMs).getUTCFullYear()
  return year < 2050 ? element(0x17, ascii(text.slice(2))) : element(0x18, ascii(text))
}
