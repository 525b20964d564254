/** Header fields as a view on received bytes plus a list of edits: read lazily, forwarded by copying what was not edited. */
import type { HeaderFields } from '../codec.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import { copyBytes, latin1 } from '../bytes/latin1.ts'
import { fieldValue, isFieldName, separatorOf } from '../head/field-text.ts'
import { DROPPED, type FieldTable, HOST, MARK, NAME_LENGTH, SHOWN, STRIDE, VALUE_END, VALUE_START } from './field-table.ts'

/** Fields of a scanned head or trailer section. */
export class RawFields implements HeaderFields {
  /** @internal */
  bytes: Uint8Array
  /** @internal */
  table: FieldTable
  /** Where the first field line starts, and where the empty line starts. */
  protected fieldsFrom: number
  protected fieldsTo: number
  private kept = false
  /** Names and values that edits added. */
  private added: string[] | undefined

  constructor(bytes: Uint8Array, table: FieldTable, fieldsFrom: number, fieldsTo: number) {
    this.bytes = bytes
    this.table = table
    this.fieldsFrom = fieldsFrom
    this.fieldsTo = fieldsTo
  }

  get(name: string): string | undefined {
    let found: string | undefined
    for (let at = this.find(name, 0); at >= 0; at = this.find(name, at + STRIDE)) {
      const value = this.valueAt(at)
      found = found === undefined ? value : found + separatorOf(name) + value
    }
    const { added } = this
    if (added) {
      for (let i = 0; i < added.length; i += 2) {
        if (added[i] === name) found = found === undefined ? (added[i + 1] ?? '') : found + separatorOf(name) + (added[i + 1] ?? '')
      }
    }
    return found
  }

  has(name: string): boolean {
    return this.find(name, 0) >= 0 || this.isAdded(name)
  }

  hasPrefix(prefix: string): boolean {
    const { cells, count } = this.table
    for (let at = 0; at < count * STRIDE; at += STRIDE) {
      if (cells[at + MARK] === SHOWN && (cells[at + NAME_LENGTH] ?? 0) >= prefix.length && isSpelled(this.bytes, cells[at] ?? 0, prefix)) return true
    }
    const { added } = this
    if (added) for (let i = 0; i < added.length; i += 2) if (added[i]?.startsWith(prefix) === true) return true
    return false
  }

  set(name: string, value: string): void {
    this.remove(name)
    this.append(name, value)
  }

  append(name: string, value: string): void {
    if (isFieldName(name)) (this.added ??= []).push(name, fieldValue(value))
  }

  remove(name: string): void {
    const { cells } = this.table
    for (let at = this.find(name, 0); at >= 0; at = this.find(name, at + STRIDE)) cells[at + MARK] = DROPPED
    if (this.isAdded(name)) this.removeAdded(name)
  }

  forEach(visit: (name: string, value: string) => void): void {
    const { cells, count } = this.table
    for (let at = 0; at < count * STRIDE; at += STRIDE) {
      if (cells[at + MARK] === SHOWN) visit(this.nameAt(at), this.valueAt(at))
    }
    const { added } = this
    if (added) for (let i = 0; i < added.length; i += 2) visit(added[i] ?? '', added[i + 1] ?? '')
  }

  /** Copies bytes and positions, so that the head outlives the read buffer and the connection's next message. */
  keep(): this {
    if (this.kept) return this
    this.kept = true
    const from = this.firstByte()
    const bytes = new Uint8Array(this.fieldsTo + 2 - from)
    copyBytes(this.bytes, from, this.fieldsTo + 2, bytes, 0)
    this.bytes = bytes
    this.table = this.table.copy(-from)
    this.moved(-from)
    return this
  }

  /** Start of the bytes that belong to the head. */
  protected firstByte(): number {
    return this.fieldsFrom
  }

  /** Positions change by `shift` when the head is kept. */
  protected moved(shift: number): void {
    this.fieldsFrom += shift
    this.fieldsTo += shift
  }

  /** Appends the field lines (without the empty line), starting with the bytes from `start`; host lines only `withHost`. @internal */
  writeFields(writer: ByteWriter, start: number, withHost: boolean): void {
    const { cells, count } = this.table
    let from = start
    for (let at = 0; at < count * STRIDE; at += STRIDE) {
      const mark = cells[at + MARK]
      if (mark === SHOWN || (mark === HOST && withHost)) continue
      writer.copy(this.bytes, from, cells[at] ?? 0)
      from = at + STRIDE < count * STRIDE ? (cells[at + STRIDE] ?? 0) : this.fieldsTo
    }
    writer.copy(this.bytes, from, this.fieldsTo)
    const { added } = this
    if (added) for (let i = 0; i < added.length; i += 2) writeField(writer, added[i] ?? '', added[i + 1] ?? '')
  }

  /** Position of the next shown field of that name from cell `from` on, or -1. */
  private find(name: string, from: number): number {
    const { bytes } = this
    const { cells, count } = this.table
    const { length } = name
    const first = name.charCodeAt(0)
    for (let at = from; at < count * STRIDE; at += STRIDE) {
      if (cells[at + NAME_LENGTH] !== length || cells[at + MARK] !== SHOWN) continue
      const line = cells[at] ?? 0
      if (((bytes[line] ?? 0) | 0x20) === (first | 0x20) && isSpelled(bytes, line, name)) return at
    }
    return -1
  }

  private nameAt(at: number): string {
    const { cells } = this.table
    const line = cells[at] ?? 0
    return latin1(this.bytes, line, line + (cells[at + NAME_LENGTH] ?? 0)).toLowerCase()
  }

  private valueAt(at: number): string {
    const { cells } = this.table
    return latin1(this.bytes, cells[at + VALUE_START] ?? 0, cells[at + VALUE_END] ?? 0)
  }

  private isAdded(name: string): boolean {
    const { added } = this
    if (added) for (let i = 0; i < added.length; i += 2) if (added[i] === name) return true
    return false
  }

  private removeAdded(name: string): void {
    const left: string[] = []
    const added = this.added ?? []
    for (let i = 0; i < added.length; i += 2) if (added[i] !== name) left.push(added[i] ?? '', added[i + 1] ?? '')
    this.added = left
  }
}

/** Compares without case; `name` is lower case. Tokens only, so that setting bit 5 maps letters and nothing else of interest. */
function isSpelled(bytes: Uint8Array, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[at + i] ?? 0
    const wanted = name.charCodeAt(i)
    if (byte !== wanted && !(byte >= 0x41 && byte <= 0x5a && (byte | 0x20) === wanted)) return false
  }
  return true
}

/** One field line. @internal */
export function writeField(writer: ByteWriter, name: string, value: string): void {
  writer.text(name)
  writer.byte(0x3a)
  writer.byte(0x20)
  writer.text(value)
  writer.byte(13)
  writer.byte(10)
}
