/** What is refused before it is routed, and what is put in order in what is let in. @see envoy ConnectionManagerImpl::ActiveStream::decodeHeaders */
import type { RequestHead } from '../codec/codec.ts'
import { isPlainPath, normalizePath } from '../path/normalize-path.ts'
import { stripPort } from '../router/match-route.ts'
import { Flag } from '../stream/response-flags.ts'
import type { Hcm } from './hcm.ts'

/** How a request is refused. */
export interface Refusal {
  readonly status: number
  /** Envoy's details word. */
  readonly details: string
  readonly text: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly flag: number
  /** Whoever sends such a request is not trusted with another one on the same connection (Envoy closes as well). */
  readonly closes: boolean
}

const SLASH = 47

const refusal = (status: number, details: string, more: Partial<Refusal> = {}): Refusal => ({ status, details, text: '', fields: [], flag: 0, closes: true, ...more })

/** Strips the host, drops fields and normalises the path as the listener says; returns the refusal of a request that may not pass. */
export function admit(hcm: Hcm, head: RequestHead, localPort: number): Refusal | undefined {
  const connect = head.method === 'CONNECT'
  if (head.authority === '') return refusal(400, 'missing_host_header')
  if (!connect && head.path.charCodeAt(0) !== SLASH) return refusal(404, 'absolute_path_rejected', { closes: false })
  // The content of a QUERY says nothing without its type.
  if (head.method === 'QUERY' && !head.has('content-type')) return refusal(400, 'query_missing_content_type')
  if (hcm.stripTrailingDot) head.authority = head.authority.replace(/\.(:\d+)?$/, '$1')
  if (!connect && (hcm.stripPort === 'any' || (hcm.stripPort === 'matching' && head.authority.endsWith(`:${localPort}`)))) head.authority = stripPort(head.authority)
  if (hcm.headersWithUnderscores !== 'ALLOW' && !admitUnderscores(hcm, head)) return refusal(400, 'http1.unexpected_underscore', { text: 'Bad Request', flag: Flag.DownstreamProtocolError })
  return connect || isPlainPath(head.path) ? undefined : admitPath(hcm, head)
}

function admitPath(hcm: Hcm, head: RequestHead): Refusal | undefined {
  const { action, path } = normalizePath(head.path, hcm.path)
  if (action === 'reject') {
    hcm.stats.downstream_rq_failed_path_normalization.value++
    return refusal(400, 'path_normalization_failed')
  }
  if (path !== head.path) head.path = path
  return action === 'redirect' ? refusal(307, 'path_normalization_redirect', { fields: [['location', path]] }) : undefined
}

function admitUnderscores(hcm: Hcm, head: RequestHead): boolean {
  const names: string[] = []
  head.forEach((name) => {
    if (name.includes('_')) names.push(name)
  })
  if (names.length === 0) return true
  if (hcm.headersWithUnderscores === 'REJECT_REQUEST') return false
  for (const name of names) head.remove(name)
  return true
}
