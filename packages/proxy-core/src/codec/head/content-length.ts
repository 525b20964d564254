/** The one reading of Content-Length: decimal digits only, at most 15 of them, so that the number is exact (RFC 9112 6.3). */

/** The length, or -1 if `text` is anything else (`+1`, `1, 1`, `0x1`, empty). */
export function parseContentLength(text: string): number {
  if (text.length === 0 || text.length > 15) return -1
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** The same on bytes `[from, to)`. */
export function contentLengthOf(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to || to - from > 15) return -1
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = (bytes[i] ?? 0) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
