/** A received HTTP/1 request head: strings are made when asked for, the request line is forwarded as it is unless edited. */
import type { ByteWriter } from '../bytes/byte-writer.ts'
import { latin1 } from '../bytes/latin1.ts'
import type { RequestHead } from '../codec.ts'
import { requestPseudo, setRequestPseudo } from '../head/plain-heads.ts'
import { RawFields, writeField } from './raw-fields.ts'
import type { HeadFacts } from './head-scanner.ts'
import type { RequestTarget } from './request-target.ts'

/** @internal made by the request reader. */
export class RawRequestHead extends RawFields implements RequestHead {
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1'
  readonly upgrade?: string
  readonly absoluteForm: boolean
  contentLength: number | undefined
  scheme: string
  private lineFrom: number
  private methodText: string
  private pathText: string | undefined
  private pathFrom: number
  private pathTo: number
  private authorityText: string | undefined
  private hostFrom: number
  private hostTo: number
  /** The received line can be copied: origin-form, HTTP/1.1, method and path not set. */
  private lineAsReceived: boolean
  private hostAsReceived: boolean

  constructor(bytes: Uint8Array, lineFrom: number, fieldsFrom: number, method: string, target: RequestTarget, facts: HeadFacts, minor: number) {
    super(bytes, facts.table, fieldsFrom, facts.end - 2)
    this.lineFrom = lineFrom
    this.methodText = method
    this.protocol = minor === 0 ? 'HTTP/1.0' : 'HTTP/1.1'
    this.absoluteForm = target.form === 'absolute'
    this.scheme = target.https ? 'https' : 'http'
    this.contentLength = facts.contentLength < 0 ? undefined : facts.contentLength
    this.lineAsReceived = minor === 1 && target.form !== 'absolute'
    this.pathFrom = target.pathFrom
    this.pathTo = target.pathTo
    // RFC 9112 3.2.2: the target's own authority wins over the Host field, for everybody.
    const own = target.form === 'absolute' || target.form === 'authority'
    this.hostFrom = own ? target.hostFrom : facts.hostFrom
    this.hostTo = own ? target.hostTo : facts.hostTo
    this.hostAsReceived = !own
    if (this.absoluteForm) this.pathText = absolutePath(bytes, target)
    const upgrade = upgradeToken(bytes, facts)
    if (upgrade !== undefined) this.upgrade = upgrade
    if (facts.trailersWanted) this.append('te', 'trailers')
  }

  get method(): string {
    return this.methodText
  }

  set method(method: string) {
    this.methodText = method
    this.lineAsReceived = false
  }

  get path(): string {
    return (this.pathText ??= latin1(this.bytes, this.pathFrom, this.pathTo))
  }

  set path(path: string) {
    if (path === this.path) return
    this.pathText = path
    this.lineAsReceived = false
  }

  get authority(): string {
    return (this.authorityText ??= latin1(this.bytes, this.hostFrom, this.hostTo))
  }

  set authority(authority: string) {
    if (authority === this.authority) return
    this.authorityText = authority
    this.hostAsReceived = false
    if (this.methodText === 'CONNECT') this.lineAsReceived = false
  }

  override get(name: string): string | undefined {
    return name === 'host' || name.charCodeAt(0) === 0x3a ? requestPseudo(this, name) : super.get(name)
  }

  override has(name: string): boolean {
    return name === 'host' || name.charCodeAt(0) === 0x3a ? requestPseudo(this, name) !== undefined : super.has(name)
  }

  override append(name: string, value: string): void {
    if (!setRequestPseudo(this, name, value)) super.append(name, value)
  }

  override remove(name: string): void {
    if (name === 'content-length') this.contentLength = undefined
    super.remove(name)
  }

  /** Appends request line and fields, without framing fields of ours and without the empty line. @internal */
  write(writer: ByteWriter): void {
    if (!this.lineAsReceived) writeRequestLine(writer, this)
    if (!this.hostAsReceived) {
      if (this.lineAsReceived) writer.copy(this.bytes, this.lineFrom, this.fieldsFrom)
      writeField(writer, 'host', this.authority)
      return this.writeFields(writer, this.fieldsFrom, false)
    }
    this.writeFields(writer, this.lineAsReceived ? this.lineFrom : this.fieldsFrom, true)
  }

  protected override firstByte(): number {
    return this.lineFrom
  }

  protected override moved(shift: number): void {
    super.moved(shift)
    this.lineFrom += shift
    this.pathFrom += shift
    this.pathTo += shift
    this.hostFrom += shift
    this.hostTo += shift
  }
}

/** `METHOD target HTTP/1.1 CRLF` in the form that the method wants. @internal */
export function writeRequestLine(writer: ByteWriter, head: RequestHead): void {
  const tunnel = head.method === 'CONNECT' && head.upgrade === undefined
  // Extended CONNECT (RFC 8441) is a GET with an upgrade for an HTTP/1 peer.
  writer.text(head.method === 'CONNECT' && !tunnel ? 'GET' : head.method)
  writer.byte(0x20)
  writer.text(tunnel ? head.authority : head.path)
  writer.text(' HTTP/1.1\r\n')
}

/** Path of an absolute target: `/` if it has none, also before a query. */
function absolutePath(bytes: Uint8Array, target: RequestTarget): string {
  const rest = latin1(bytes, target.pathFrom, target.pathTo)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * The protocol a client wants to switch to: only if `Connection` says so too, never `h2c` (RFC 9113 dropped it), and never with a body,
 * because where the body ends and the tunnel starts would be open to interpretation.
 */
function upgradeToken(bytes: Uint8Array, facts: HeadFacts): string | undefined {
  if (facts.upgradeFrom < 0 || !facts.connectionUpgrade || facts.chunked || facts.contentLength > 0) return undefined
  const token = latin1(bytes, facts.upgradeFrom, facts.upgradeTo).toLowerCase()
  return token === '' || token.includes('h2c') ? undefined : token
}
