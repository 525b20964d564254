/** The few protobuf writing primitives that discovery messages need; resources themselves arrive encoded. */

const utf8 = new TextEncoder()

/** A part of a message: raw bytes, in order. */
export type Part = Uint8Array

/** Number of bytes of a varint. */
export const varintSize = (value: number): number => {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}

function putVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value
  let index = at
  while (rest >= 0x80) {
    out[index++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  out[index++] = rest
  return index
}

/** Tag and length of a length-delimited field whose value follows. */
export function fieldHead(field: number, length: number): Part {
  const tag = field * 8 + 2
  const out = new Uint8Array(varintSize(tag) + varintSize(length))
  putVarint(out, putVarint(out, 0, tag), length)
  return out
}

/** A string field; nothing for `''` (proto3 default) unless `repeated`. */
export function stringField(field: number, text: string, repeated = false): readonly Part[] {
  if (text === '' && !repeated) return []
  const short = asciiField(field, text)
  if (short) return [short]
  const bytes = utf8.encode(text)
  return [fieldHead(field, bytes.length), bytes]
}

/** Names and numbers, which is nearly all text here, are written without the encoder: a push to each of a thousand proxies says a few. */
function asciiField(field: number, text: string): Part | undefined {
  const tag = field * 8 + 2
  const out = new Uint8Array(varintSize(tag) + varintSize(text.length) + text.length)
  let at = putVarint(out, putVarint(out, 0, tag), text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return undefined
    out[at++] = code
  }
  return out
}

/** A message or bytes field made of parts. */
export const messageField = (field: number, parts: readonly Part[]): readonly Part[] => [fieldHead(field, sizeOf(parts)), ...parts]

/** A varint field; nothing for 0. */
export function numberField(field: number, value: number): readonly Part[] {
  if (value === 0) return []
  const out = new Uint8Array(varintSize(field * 8) + varintSize(value))
  putVarint(out, putVarint(out, 0, field * 8), value)
  return [out]
}

/** Bytes of all parts together. */
export const sizeOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + part.length, 0)

/** Joins parts into one message. */
export function joinParts(parts: readonly Part[]): Uint8Array {
  const out = new Uint8Array(sizeOf(parts))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
