/** Base64 in pure JavaScript: standard alphabet out; standard or URL-safe, padded or not, in (as proto3 JSON asks). */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const VALUES: ReadonlyMap<string, number> = new Map([...[...ALPHABET].map((char, index) => [char, index] as const), ['-', 62], ['_', 63]])

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]]
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    text += ALPHABET.charAt(word >> 18) + ALPHABET.charAt((word >> 12) & 63)
    text += b === undefined ? '=' : ALPHABET.charAt((word >> 6) & 63)
    text += c === undefined ? '=' : ALPHABET.charAt(word & 63)
  }
  return text
}

/** The bytes, or undefined if the text is no base64: one alphabet, and padded either wholly or not at all. */
export function fromBase64(text: string): Uint8Array | undefined {
  const body = text.length % 4 === 0 ? text.replace(/={1,2}$/, '') : text
  if (body.length % 4 === 1 || (/[-_]/.test(body) && /[+/]/.test(body))) return undefined
  const out = new Uint8Array(Math.floor((body.length * 3) / 4))
  let word = 0
  let bits = 0
  let at = 0
  for (const char of body) {
    const value = VALUES.get(char)
    if (value === undefined) return undefined
    word = ((word << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      out[at++] = (word >> bits) & 0xff
    }
  }
  return out
}
