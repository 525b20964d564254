/** Encodes header blocks (RFC 7541). Strings are written as they are: Huffman coding costs more than it saves next door. */
import type { ByteWriter } from '../../bytes/byte-writer.ts'
import { STATIC_TABLE } from './static-table.ts'

/** We use at most the default table, whatever the peer offers: more only helps over slow links. */
const MAX_TABLE_BYTES = 4096

/** First static index of each name, and of each name with a value. */
const STATIC_NAMES: ReadonlyMap<string, number> = new Map(STATIC_TABLE.map(([name], i): [string, number] => [name, i + 1]).reverse())
const STATIC_VALUES = staticValues()

function staticValues(): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const names = new Map<string, Map<string, number>>()
  STATIC_TABLE.forEach(([name, value], i) => {
    if (value !== '') names.set(name, (names.get(name) ?? new Map<string, number>()).set(value, i + 1))
  })
  return names
}

/** Values that change each time: storing them would only push others out. */
const VOLATILE: ReadonlySet<string> = new Set([
  ':path', 'x-request-id', 'traceparent', 'tracestate', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'b3', 'content-length', 'date', 'etag', 'age', 'last-modified',
  'x-envoy-upstream-service-time', 'x-envoy-attempt-count', 'grpc-timeout', 'location', 'if-none-match', 'if-modified-since',
])

interface Entry {
  readonly name: string
  readonly value: string
  readonly sequence: number
  readonly size: number
}

/** Encodes the blocks of one connection. */
export class HpackEncoder {
  /** Newest entry of each name. */
  private readonly newest = new Map<string, Entry>()
  /** All entries, oldest first, from `first` on. */
  private entries: Entry[] = []
  private first = 0
  private sequence = 0
  private size = 0
  private maxSize = MAX_TABLE_BYTES
  /** Smallest size since the last block, to be told at the start of the next one (RFC 7541 4.2). */
  private smallest = MAX_TABLE_BYTES
  private resized = false

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
  setPeerLimit(bytes: number): void {
    const size = Math.min(bytes, MAX_TABLE_BYTES)
    if (size === this.maxSize) return
    this.maxSize = size
    this.smallest = this.resized ? Math.min(this.smallest, size) : size
    this.resized = true
    this.evict(size)
  }

  /** Must be called before the first field of a block. */
  begin(writer: ByteWriter): void {
    if (!this.resized) return
    this.resized = false
    if (this.smallest < this.maxSize) writeInteger(writer, 0x20, 5, this.smallest)
    writeInteger(writer, 0x20, 5, this.maxSize)
  }

  /** One field; `sensitive` fields are written as never-indexed literals. */
  field(writer: ByteWriter, name: string, value: string, sensitive: boolean): void {
    if (sensitive || isSecret(name, value)) return this.literal(writer, 0x10, 4, name, value)
    const entry = this.newest.get(name)
    if (entry !== undefined && entry.value === value) return writeInteger(writer, 0x80, 7, this.indexOf(entry))
    const fixed = STATIC_VALUES.get(name)?.get(value)
    if (fixed !== undefined) return writeInteger(writer, 0x80, 7, fixed)
    if (VOLATILE.has(name)) return this.literal(writer, 0, 4, name, value)
    this.literal(writer, 0x40, 6, name, value)
    this.insert(name, value)
  }

  private literal(writer: ByteWriter, pattern: number, prefix: number, name: string, value: string): void {
    const fixed = STATIC_NAMES.get(name)
    const entry = fixed === undefined ? this.newest.get(name) : undefined
    const index = fixed ?? (entry === undefined ? 0 : this.indexOf(entry))
    writeInteger(writer, pattern, prefix, index)
    if (index === 0) writeText(writer, name)
    writeText(writer, value)
  }

  private indexOf(entry: Entry): number {
    return STATIC_TABLE.length + 1 + this.sequence - 1 - entry.sequence
  }

  private insert(name: string, value: string): void {
    const size = name.length + value.length + 32
    this.evict(this.maxSize - size)
    if (size > this.maxSize) return
    const entry = { name, value, sequence: this.sequence++, size }
    this.entries.push(entry)
    this.newest.set(name, entry)
    this.size += size
  }

  private evict(limit: number): void {
    while (this.size > limit && this.first < this.entries.length) {
      const entry = this.entries[this.first++]
      if (!entry) break
      this.size -= entry.size
      if (this.newest.get(entry.name) === entry) this.newest.delete(entry.name)
    }
    if (this.first > 256) {
      this.entries = this.entries.slice(this.first)
      this.first = 0
    }
  }
}

/** RFC 7541 7.1.3: credentials, and cookies short enough to be guessed. */
const isSecret = (name: string, value: string): boolean => name === 'authorization' || name === 'proxy-authorization' || (name === 'cookie' && value.length < 20)

function writeInteger(writer: ByteWriter, pattern: number, prefix: number, value: number): void {
  const mask = (1 << prefix) - 1
  if (value < mask) return writer.byte(pattern | value)
  writer.byte(pattern | mask)
  let rest = value - mask
  for (; rest >= 0x80; rest >>>= 7) writer.byte((rest & 0x7f) | 0x80)
  writer.byte(rest)
}

function writeText(writer: ByteWriter, text: string): void {
  writeInteger(writer, 0, 7, text.length)
  writer.text(text)
}
