/** Decodes header blocks (RFC 7541), bounded: what exceeds the limits is read, so that the table stays right, but not kept. */
import { TOKEN, VALUE } from '../../bytes/byte-classes.ts'
import { latin1 } from '../../bytes/latin1.ts'
import { DecoderTable } from './decoder-table.ts'
import { decodeHuffman } from './huffman.ts'
import { STATIC_TABLE } from './static-table.ts'

/** Size of the dynamic table that we allow a peer (the protocol's default). */
export const HEADER_TABLE_BYTES = 4096

const STATIC_COUNT = STATIC_TABLE.length

/** Limits of one decoded list. Sizes count name + value + 32 per field (RFC 9113 6.5.2), indexed fields too. */
export interface HeaderListLimits {
  readonly maxBytes: number
  readonly maxFields: number
}

/** Decodes the blocks of one connection, one after the other. */
export class HpackDecoder {
  /** Names and values of the last block, alternately; the caller takes the array. */
  pairs: string[] = []
  /** Names of fields that must stay literals on every hop (RFC 7541 6.2.3); absent without such. */
  sensitive: string[] | undefined
  /** The list is larger than allowed. */
  tooLarge = false
  /** A name or value holds bytes that no field may hold. */
  malformed = false
  private readonly table = new DecoderTable(HEADER_TABLE_BYTES)
  private readonly limits: HeaderListLimits
  private listBytes = 0
  private at = 0
  private to = 0
  private bytes: Uint8Array = new Uint8Array(0)
  private scratch = new Uint8Array(1024)
  private textBad = false

  constructor(limits: HeaderListLimits) {
    this.limits = limits
  }

  /** Decodes a whole block; false is a connection error (COMPRESSION_ERROR). */
  decode(bytes: Uint8Array, from: number, to: number): boolean {
    this.pairs = []
    this.sensitive = undefined
    this.tooLarge = this.malformed = false
    this.listBytes = 0
    this.bytes = bytes
    this.at = from
    this.to = to
    let first = true
    while (this.at < to) {
      const byte = bytes[this.at] ?? 0
      if (byte >= 0x80) {
        if (!this.indexed()) return false
      } else if (byte >= 0x40) {
        if (!this.literal(6, true, false)) return false
      } else if (byte >= 0x20) {
        // RFC 7541 4.2: only at the beginning of a block.
        if (!first || !this.sizeUpdate()) return false
        continue
      } else if (!this.literal(4, false, byte >= 0x10)) return false
      first = false
    }
    return true
  }

  private indexed(): boolean {
    const index = this.integer(7)
    if (index <= 0) return false
    if (index <= STATIC_COUNT) {
      const field = STATIC_TABLE[index - 1]
      if (field) this.add(field[0], field[1], false)
      return true
    }
    const dynamic = index - STATIC_COUNT - 1
    if (dynamic >= this.table.count) return false
    this.add(this.table.name(dynamic), this.table.value(dynamic), this.table.isBad(dynamic))
    return true
  }

  private literal(prefix: 4 | 6, store: boolean, neverIndexed: boolean): boolean {
    const index = this.integer(prefix)
    if (index < 0) return false
    let bad = false
    const name = index === 0 ? this.text(true) : this.indexedName(index)
    if (name === undefined) return false
    if (index === 0) bad = this.textBad
    else if (index > STATIC_COUNT) bad = this.table.isBad(index - STATIC_COUNT - 1)
    const value = this.text(false)
    if (value === undefined) return false
    bad ||= this.textBad
    if (store) this.table.insert(name, value, bad)
    if (neverIndexed) (this.sensitive ??= []).push(name)
    this.add(name, value, bad)
    return true
  }

  private indexedName(index: number): string | undefined {
    if (index <= STATIC_COUNT) return STATIC_TABLE[index - 1]?.[0]
    return index - STATIC_COUNT - 1 < this.table.count ? this.table.name(index - STATIC_COUNT - 1) : undefined
  }

  private sizeUpdate(): boolean {
    const size = this.integer(5)
    if (size < 0 || size > HEADER_TABLE_BYTES) return false
    this.table.resize(size)
    return true
  }

  private add(name: string, value: string, bad: boolean): void {
    if (bad) this.malformed = true
    this.listBytes += name.length + value.length + 32
    const { pairs, limits } = this
    if (this.listBytes > limits.maxBytes || pairs.length >= limits.maxFields * 2) this.tooLarge = true
    else pairs.push(name, value)
  }

  /** An integer with a prefix of so many bits (RFC 7541 5.1); -1 if it is cut off or larger than any use of it. */
  private integer(prefix: number): number {
    const mask = (1 << prefix) - 1
    let value = (this.bytes[this.at++] ?? 0) & mask
    if (value < mask) return value
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.at >= this.to) return -1
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    return -1
  }

  private text(isName: boolean): string | undefined {
    if (this.at >= this.to) return undefined
    const huffman = (this.bytes[this.at] ?? 0) >= 0x80
    const length = this.integer(7)
    if (length < 0 || this.at + length > this.to) return undefined
    const from = this.at
    this.at += length
    if (!huffman) return this.checked(this.bytes, from, from + length, isName)
    if (this.scratch.length < length * 2) this.scratch = new Uint8Array(length * 2)
    const decoded = decodeHuffman(this.bytes, from, from + length, this.scratch)
    return decoded < 0 ? undefined : this.checked(this.scratch, 0, decoded, isName)
  }

  /** The text; `textBad` tells whether it may stand in a field (RFC 9113 8.2.1). */
  private checked(bytes: Uint8Array, from: number, to: number, isName: boolean): string {
    this.textBad = isName ? !isLowerName(bytes, from, to) : !isValue(bytes, from, to)
    return latin1(bytes, from, to)
  }
}

/** A token without upper case; a pseudo header has a colon in front. */
function isLowerName(bytes: Uint8Array, from: number, to: number): boolean {
  const start = bytes[from] === 0x3a ? from + 1 : from
  if (start >= to) return false
  for (let i = start; i < to; i++) {
    const byte = bytes[i] ?? 0
    if (TOKEN[byte] !== 1 || (byte >= 0x41 && byte <= 0x5a)) return false
  }
  return true
}

function isValue(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (VALUE[bytes[i] ?? 0] !== 1) return false
  if (from === to) return true
  const first = bytes[from]
  const last = bytes[to - 1]
  return first !== 0x20 && first !== 9 && last !== 0x20 && last !== 9
}
