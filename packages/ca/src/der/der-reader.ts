/**
 * Reads DER strictly: definite, minimal lengths, one-byte tags, nothing after the end. A second, looser reading of the same bytes
 * is how certificate systems have been fooled, so whatever is odd is refused.
 */
import { unusableRequest } from '../errors.ts'

/** One element. `raw` includes tag and length; both are views on the input. */
export interface Element {
  readonly tag: number
  readonly content: Uint8Array
  readonly raw: Uint8Array
}

/** Tags by name, as far as we meet them. */
export const Tag = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, null: 0x05, objectId: 0x06, sequence: 0x30, set: 0x31 } as const

/** Reads elements one after the other until the content is used up. */
export class DerReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** True when everything was read. */
  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The next tag without reading it; -1 at the end. */
  get peek(): number {
    return this.#bytes[this.#at] ?? -1
  }

  /** Reads the next element. @throws MeshError MESH0601 */
  next(what: string, tag?: number): Element {
    const start = this.#at
    const found = this.#byte(what)
    if ((found & 0x1f) === 0x1f) throw unusableRequest(`${what} has a long tag`)
    if (tag !== undefined && found !== tag) throw unusableRequest(`${what} has tag 0x${found.toString(16)} instead of 0x${tag.toString(16)}`)
    const length = this.#length(what)
    if (length > this.#bytes.length - this.#at) throw unusableRequest(`${what} is cut off`)
    this.#at += length
    return { tag: found, content: this.#bytes.subarray(this.#at - length, this.#at), raw: this.#bytes.subarray(start, this.#at) }
  }

  /** Reads an element and its content as elements; the reader returned must be emptied with {@link end}. */
  enter(what: string, tag: number): DerReader {
    return new DerReader(this.next(what, tag).content)
  }

  /** Refuses leftovers. */
  end(what: string): void {
    if (!this.done) throw unusableRequest(`${what} is followed by ${this.#bytes.length - this.#at} stray bytes`)
  }

  #byte(what: string): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw unusableRequest(`${what} is cut off`)
    return byte
  }

  #length(what: string): number {
    const first = this.#byte(what)
    if (first < 0x80) return first
    const count = first & 0x7f
    if (count === 0 || count > 3) throw unusableRequest(`${what} has a length of an unusual form`)
    let length = 0
    for (let index = 0; index < count; index++) length = length * 256 + this.#byte(what)
    if (length < 0x80 || (count > 1 && length < 256 ** (count - 1))) throw unusableRequest(`${what} has a length that is longer than needed`)
    return length
  }
}

/** The content of a bit string of whole bytes. */
export function bits(element: Element, what: string): Uint8Array {
  if (element.content[0] !== 0) throw unusableRequest(`${what} is not made of whole bytes`)
  return element.content.subarray(1)
}

/** The dotted form of an object identifier. */
export function dotted(content: Uint8Array, what: string): string {
  const parts: number[] = []
  let value = 0
  let fresh = true
  for (const byte of content) {
    if (fresh && byte === 0x80) throw unusableRequest(`${what} has a padded object identifier`)
    value = value * 128 + (byte & 0x7f)
    if (value > Number.MAX_SAFE_INTEGER / 128) throw unusableRequest(`${what} has an object identifier that is too large`)
    fresh = byte < 0x80
    if (fresh) {
      parts.push(value)
      value = 0
    }
  }
  const [first] = parts
  if (first === undefined || !fresh) throw unusableRequest(`${what} has a broken object identifier`)
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...parts.slice(1)].join('.')
}
