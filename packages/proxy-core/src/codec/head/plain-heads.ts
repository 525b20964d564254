/** Request and response heads made of strings: local replies, health checks, HTTP/2. */
import type { RequestHead, ResponseHead } from '../codec.ts'
import { parseContentLength } from './content-length.ts'
import { fieldValue } from './field-text.ts'
import { PlainFields } from './plain-fields.ts'

/** What a locally made request needs; `scheme` defaults to `http`. */
export interface PlainRequestInit {
  readonly method: string
  readonly path: string
  readonly authority: string
  readonly scheme?: string
  readonly protocol?: RequestHead['protocol']
  readonly upgrade?: string
  readonly fields?: Iterable<readonly [name: string, value: string]>
}

const lengthOf = (fields: PlainFields): number | undefined => {
  const text = fields.get('content-length')
  const length = text === undefined ? -1 : parseContentLength(text)
  return length < 0 ? undefined : length
}

/** A request head of strings. @internal constructed by codecs; others call {@link plainRequestHead}. */
export class PlainRequestHead extends PlainFields implements RequestHead {
  method: string
  path: string
  authority: string
  scheme: string
  readonly protocol: RequestHead['protocol']
  readonly upgrade?: string
  readonly absoluteForm: boolean = false

  constructor(method: string, path: string, authority: string, scheme: string, protocol: RequestHead['protocol'], upgrade: string | undefined, pairs: string[]) {
    super(pairs)
    this.method = method
    this.path = path
    this.authority = authority
    this.scheme = scheme
    this.protocol = protocol
    if (upgrade !== undefined) this.upgrade = upgrade
  }

  get contentLength(): number | undefined {
    return lengthOf(this)
  }

  override get(name: string): string | undefined {
    return name === 'host' || name.charCodeAt(0) === 0x3a ? requestPseudo(this, name) : super.get(name)
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined
  }

  override set(name: string, value: string): void {
    if (!setRequestPseudo(this, name, value)) super.set(name, value)
  }

  override append(name: string, value: string): void {
    if (!setRequestPseudo(this, name, value)) super.append(name, value)
  }

  keep(): this {
    return this
  }
}

/** A response head of strings. @internal constructed by codecs; others call {@link plainResponseHead}. */
export class PlainResponseHead extends PlainFields implements ResponseHead {
  status: number

  constructor(status: number, pairs: string[]) {
    super(pairs)
    this.status = status
  }

  get contentLength(): number | undefined {
    return lengthOf(this)
  }

  override get(name: string): string | undefined {
    return name === ':status' ? String(this.status) : super.get(name)
  }

  override set(name: string, value: string): void {
    if (!setStatus(this, name, value)) super.set(name, value)
  }

  keep(): this {
    return this
  }
}

/** Answers `:method`, `:path`, `:authority` (also as `host`) and `:scheme` from the head's own properties. @internal */
export function requestPseudo(head: RequestHead, name: string): string | undefined {
  switch (name) {
    case ':method':
      return head.method
    case ':path':
      return head.path
    case ':authority':
    case 'host':
      return head.authority
    case ':scheme':
      return head.scheme
    default:
      return undefined
  }
}

/** Sets a pseudo header; returns false for an ordinary name. Unknown pseudo headers are taken and dropped. @internal */
export function setRequestPseudo(head: RequestHead, name: string, value: string): boolean {
  if (name === 'host') head.authority = fieldValue(value)
  else if (name.charCodeAt(0) !== 0x3a) return false
  else if (name === ':method') head.method = fieldValue(value)
  else if (name === ':path') head.path = fieldValue(value)
  else if (name === ':authority') head.authority = fieldValue(value)
  else if (name === ':scheme') head.scheme = fieldValue(value)
  return true
}

/** Sets `:status`; returns false for any other name. @internal */
export function setStatus(head: ResponseHead, name: string, value: string): boolean {
  if (name !== ':status') return false
  const status = Number(value)
  if (Number.isInteger(status) && status >= 100 && status <= 999) head.status = status
  return true
}

/** Makes a request head, e.g. for a health check or a mirrored request. */
export function plainRequestHead(init: PlainRequestInit): RequestHead {
  const { method, path, authority, scheme = 'http', protocol = 'HTTP/1.1', upgrade, fields = [] } = init
  const head = new PlainRequestHead(method, path, authority, scheme, protocol, upgrade, [])
  for (const [name, value] of fields) head.append(name.toLowerCase(), value)
  return head
}

/** Makes a response head, e.g. for a local reply. */
export function plainResponseHead(status: number, fields: Iterable<readonly [name: string, value: string]> = []): ResponseHead {
  const head = new PlainResponseHead(status, [])
  for (const [name, value] of fields) head.append(name.toLowerCase(), value)
  return head
}
