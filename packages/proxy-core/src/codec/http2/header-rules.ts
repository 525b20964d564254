/** Turns a decoded header list into a head, by the rules that keep HTTP/2 safe to translate (RFC 9113 8.2, 8.3; RFC 8441). */
import { parseContentLength } from '../head/content-length.ts'
import { PlainFields } from '../head/plain-fields.ts'
import { PlainRequestHead, PlainResponseHead } from '../head/plain-heads.ts'

/** Why a message is malformed; a details word for the log. */
export type Malformed = `http2.${string}`

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const PATH = /^\/[\x21-\x7e]*$/
const AUTHORITY = /^(?:[A-Za-z0-9\-._~!$&'()*+;=%]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?$/

/** Fields that only make sense on one HTTP/1 hop. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/** Pseudo headers of one list; one object is reused, because its values are taken before the next list is read. */
class PseudoHeaders {
  method: string | undefined
  scheme: string | undefined
  path: string | undefined
  authority: string | undefined
  protocol: string | undefined
  status: string | undefined
  /** Position of the first ordinary field. */
  rest = 0

  read(pairs: readonly string[]): Malformed | undefined {
    this.method = this.scheme = this.path = this.authority = this.protocol = this.status = undefined
    let i = 0
    for (; i < pairs.length && pairs[i]?.charCodeAt(0) === 0x3a; i += 2) {
      const problem = this.take(pairs[i] ?? '', pairs[i + 1] ?? '')
      if (problem) return problem
    }
    this.rest = i
    return undefined
  }

  private take(name: string, value: string): Malformed | undefined {
    const before = this.valueOf(name)
    if (before === null) return 'http2.unknown_pseudo_header'
    if (before !== undefined) return 'http2.repeated_pseudo_header'
    if (name === ':method') this.method = value
    else if (name === ':scheme') this.scheme = value
    else if (name === ':path') this.path = value
    else if (name === ':authority') this.authority = value
    else if (name === ':protocol') this.protocol = value
    else this.status = value
    return undefined
  }

  /** Null for a name that is none of ours. */
  private valueOf(name: string): string | undefined | null {
    switch (name) {
      case ':method':
        return this.method
      case ':scheme':
        return this.scheme
      case ':path':
        return this.path
      case ':authority':
        return this.authority
      case ':protocol':
        return this.protocol
      case ':status':
        return this.status
      default:
        return null
    }
  }
}

const PSEUDO = new PseudoHeaders()

/** The ordinary fields from `start` on: cookies joined, `te` and connection fields checked. */
function ordinaryFields(pairs: readonly string[], start: number): string[] | Malformed {
  const fields: string[] = []
  let cookie = -1
  for (let i = start; i < pairs.length; i += 2) {
    const name = pairs[i] ?? ''
    const value = pairs[i + 1] ?? ''
    if (name.charCodeAt(0) === 0x3a) return 'http2.pseudo_header_after_field'
    if (CONNECTION_FIELDS.has(name) || (name === 'te' && value.toLowerCase() !== 'trailers')) return 'http2.connection_header'
    if (name === 'cookie' && cookie >= 0) fields[cookie + 1] = `${fields[cookie + 1] ?? ''}; ${value}`
    else {
      if (name === 'cookie') cookie = fields.length
      fields.push(name, value)
    }
  }
  return fields
}

/** One Content-Length of digits, or none. Returns -1 for none. */
function lengthField(fields: readonly string[]): number | Malformed {
  let length = -1
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== 'content-length') continue
    const value = parseContentLength(fields[i + 1] ?? '')
    if (value < 0 || length >= 0) return 'http2.unexpected_content_length'
    length = value
  }
  return length
}

/** A message as it came: its head, and the length it promised (-1 without). */
export interface Received<Head> {
  readonly head: Head
  readonly length: number
}

/** Makes a request head. An extended CONNECT becomes `GET` with `upgrade`, the form that HTTP/1 has (as Envoy does). */
export function requestFrom(pairs: readonly string[], sensitive: readonly string[] | undefined): Received<PlainRequestHead> | Malformed {
  const problem = PSEUDO.read(pairs)
  if (problem) return problem
  const fields = ordinaryFields(pairs, PSEUDO.rest)
  if (typeof fields === 'string') return fields
  const length = lengthField(fields)
  if (typeof length === 'string') return length
  const { method, path, scheme, protocol } = PSEUDO
  const authority = authorityOf(PSEUDO.authority, fields)
  if (authority === undefined) return 'http2.invalid_authority'
  if (method === undefined || !METHOD.test(method)) return 'http2.invalid_method'
  const target = targetProblem(method, PSEUDO)
  if (target) return target
  const upgrade = protocol?.toLowerCase()
  const head = new PlainRequestHead(upgrade === undefined ? method : 'GET', path ?? '', authority, scheme ?? 'http', 'HTTP/2', upgrade, fields)
  if (sensitive) head.sensitive = sensitive
  return { head, length }
}

function targetProblem(method: string, pseudo: PseudoHeaders): Malformed | undefined {
  const { scheme, path, protocol, authority, status } = pseudo
  if (status !== undefined) return 'http2.unknown_pseudo_header'
  if (protocol !== undefined && (method !== 'CONNECT' || !METHOD.test(protocol))) return 'http2.invalid_protocol'
  if (method === 'CONNECT' && protocol === undefined) return scheme === undefined && path === undefined && authority !== undefined ? undefined : 'http2.invalid_connect'
  // Exactly these two: a scheme in another case was once enough to get around policy (CVE-2023-35944).
  if (scheme !== 'http' && scheme !== 'https') return 'http2.invalid_scheme'
  if (path === undefined || !(PATH.test(path) || (path === '*' && method === 'OPTIONS'))) return 'http2.invalid_path'
  return undefined
}

/** `:authority`, or `host` in its stead; both only if they agree. The `host` field leaves the list. */
function authorityOf(pseudo: string | undefined, fields: string[]): string | undefined {
  let authority = pseudo
  for (let i = fields.length - 2; i >= 0; i -= 2) {
    if (fields[i] !== 'host') continue
    const host = fields[i + 1] ?? ''
    if (authority !== undefined && authority.toLowerCase() !== host.toLowerCase()) return undefined
    authority ??= host
    fields.splice(i, 2)
  }
  return authority !== undefined && AUTHORITY.test(authority) ? authority : undefined
}

/** Makes a response head. */
export function responseFrom(pairs: readonly string[], sensitive: readonly string[] | undefined): Received<PlainResponseHead> | Malformed {
  const problem = PSEUDO.read(pairs)
  if (problem) return problem
  const { status = '', method, scheme, path, authority, protocol } = PSEUDO
  if (!/^[1-9][0-9]{2}$/.test(status) || (method ?? scheme ?? path ?? authority ?? protocol) !== undefined) return 'http2.invalid_status'
  // RFC 9113 8.6: there is no 101 here.
  if (status === '101') return 'http2.invalid_status'
  const fields = ordinaryFields(pairs, PSEUDO.rest)
  if (typeof fields === 'string') return fields
  const length = lengthField(fields)
  if (typeof length === 'string') return length
  const head = new PlainResponseHead(Number(status), fields)
  if (sensitive) head.sensitive = sensitive
  return { head, length }
}

/** Makes a trailer section: no pseudo headers, nothing that frames. */
export function trailersFrom(pairs: readonly string[]): PlainFields | Malformed {
  const fields = ordinaryFields(pairs, 0)
  if (typeof fields === 'string') return fields
  const trailers = new PlainFields(fields)
  trailers.remove('content-length')
  trailers.remove('host')
  return trailers
}
