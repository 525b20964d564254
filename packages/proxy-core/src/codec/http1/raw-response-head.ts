/** A received HTTP/1 response head; forwarded as received unless edited. */
import type { ByteWriter } from '../bytes/byte-writer.ts'
import { latin1 } from '../bytes/latin1.ts'
import type { ResponseHead } from '../codec.ts'
import { setStatus } from '../head/plain-heads.ts'
import type { HeadFacts } from './head-scanner.ts'
import { RawFields } from './raw-fields.ts'
import { writeStatusLine } from './status-line.ts'

/** @internal made by the response reader. */
export class RawResponseHead extends RawFields implements ResponseHead {
  contentLength: number | undefined
  /** Token of a 101 answer. */
  readonly upgrade?: string
  private lineFrom: number
  private statusCode: number
  private lineAsReceived: boolean

  constructor(bytes: Uint8Array, lineFrom: number, fieldsFrom: number, status: number, facts: HeadFacts, minor: number) {
    super(bytes, facts.table, fieldsFrom, facts.end - 2)
    this.lineFrom = lineFrom
    this.statusCode = status
    this.lineAsReceived = minor === 1
    this.contentLength = facts.contentLength < 0 ? undefined : facts.contentLength
    if (status === 101 && facts.upgradeFrom >= 0) this.upgrade = latin1(bytes, facts.upgradeFrom, facts.upgradeTo).toLowerCase()
  }

  get status(): number {
    return this.statusCode
  }

  set status(status: number) {
    if (status === this.statusCode) return
    this.statusCode = status
    this.lineAsReceived = false
  }

  override get(name: string): string | undefined {
    return name === ':status' ? String(this.statusCode) : super.get(name)
  }

  override set(name: string, value: string): void {
    if (!setStatus(this, name, value)) super.set(name, value)
  }

  override remove(name: string): void {
    if (name === 'content-length') this.contentLength = undefined
    super.remove(name)
  }

  /** Appends status line and fields, without framing fields of ours and without the empty line. @internal */
  write(writer: ByteWriter): void {
    if (this.lineAsReceived) return this.writeFields(writer, this.lineFrom, true)
    writeStatusLine(writer, this.statusCode)
    this.writeFields(writer, this.fieldsFrom, true)
  }

  protected override firstByte(): number {
    return this.lineFrom
  }

  protected override moved(shift: number): void {
    super.moved(shift)
    this.lineFrom += shift
  }
}
