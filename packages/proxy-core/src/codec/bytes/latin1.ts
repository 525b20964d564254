/** Text of HTTP heads to and from bytes: one byte per character (RFC 9110 5.5 leaves bytes above 0x7f opaque, so they must survive). */

/** What Node's Buffer offers on top of Uint8Array; used when it is there, because it is native. */
interface NativeText {
  latin1Slice(from: number, to: number): string
}
interface NativeWrite {
  latin1Write(text: string, at: number): number
}

/** Below this length a loop is faster than a call out of JavaScript. */
const SHORT = 24

/** `bytes[from, to)` as a string. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  if (from >= to) return ''
  if ('latin1Slice' in bytes) return (bytes as Uint8Array & NativeText).latin1Slice(from, to)
  let text = ''
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] ?? 0)
  return text
}

/** Copies `source[from, to)` to `target` at `at`; returns the position after it. */
export function copyBytes(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  const length = to - from
  if (length < SHORT * 2) for (let i = 0; i < length; i++) target[at + i] = source[from + i] ?? 0
  else target.set(source.subarray(from, to), at)
  return at + length
}

/** Writes `text` at `at`; there must be room. Characters above 0xff do not occur in checked heads. Returns the position after it. */
export function writeLatin1(target: Uint8Array, at: number, text: string): number {
  const { length } = text
  if (length >= SHORT && 'latin1Write' in target) (target as Uint8Array & NativeWrite).latin1Write(text, at)
  else for (let i = 0; i < length; i++) target[at + i] = text.charCodeAt(i)
  return at + length
}

/** Bytes of a text; for constants. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  writeLatin1(bytes, 0, text)
  return bytes
}
