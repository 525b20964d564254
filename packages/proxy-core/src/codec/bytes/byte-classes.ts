/** Which bytes may stand where in a head, as tables of 256 flags. */

const table = (isMember: (byte: number) => boolean): Uint8Array => Uint8Array.from({ length: 256 }, (_, byte) => (isMember(byte) ? 1 : 0))
const among = (text: string) => (byte: number): boolean => byte < 0x80 && text.includes(String.fromCharCode(byte))
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39
const isAlpha = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a

/** Characters of a token: methods and field names (RFC 9110 5.6.2). */
export const TOKEN = table(byte => isDigit(byte) || isAlpha(byte) || among("!#$%&'*+-.^_`|~")(byte))

/** Bytes of a field value: visible, space, tab, and obs-text (RFC 9110 5.5); no other control byte. */
export const VALUE = table(byte => byte === 9 || (byte >= 0x20 && byte !== 0x7f))

/** Bytes of a request target: visible ASCII (RFC 9112 3.2); anything else must be percent-encoded. */
export const TARGET = table(byte => byte > 0x20 && byte < 0x7f)

/** Bytes of `host[:port]` (RFC 3986 3.2 without user information and without the comma, which would hide a list of hosts). */
export const AUTHORITY = table(byte => isDigit(byte) || isAlpha(byte) || among("-._~!$&'()*+;=%:[]")(byte))

/** Value of a hexadecimal digit, 255 for other bytes. */
export const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(byte < 0x80 ? String.fromCharCode(byte).toLowerCase() : '?')
  return digit < 0 ? 255 : digit
})

/** True if every byte of `[from, to)` is in the class. */
export function allIn(classes: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (classes[bytes[i] ?? 0] !== 1) return false
  return true
}
