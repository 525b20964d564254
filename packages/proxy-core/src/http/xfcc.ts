/** `x-forwarded-client-cert`: who was at the other end of mutual TLS. @see envoy http_connection_manager forward_client_cert_details */
import type { RequestHead } from '../codec/codec.ts'
import type { TlsFacts } from '../io/io-engine.ts'

/** What a listener does with the header. */
export interface XfccRule {
  readonly mode: 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY'
  readonly subject: boolean
  readonly uri: boolean
  readonly dns: boolean
}

const NAME = 'x-forwarded-client-cert'

/** Applies the rule: without a verified client certificate the header never survives (except ALWAYS_FORWARD_ONLY). */
export function applyXfcc(rule: XfccRule, head: RequestHead, tls: TlsFacts | undefined): void {
  if (rule.mode === 'ALWAYS_FORWARD_ONLY') return
  if (rule.mode === 'SANITIZE' || tls?.peerFingerprint === undefined) {
    if (head.has(NAME)) head.remove(NAME)
    return
  }
  if (rule.mode === 'FORWARD_ONLY') return
  const element = xfccElement(rule, tls)
  const before = rule.mode === 'APPEND_FORWARD' ? head.get(NAME) : undefined
  head.set(NAME, before === undefined || before === '' ? element : `${before},${element}`)
}

/** One element, in Envoy's order of keys; cached per connection by the caller where it matters. */
export function xfccElement(rule: XfccRule, tls: TlsFacts): string {
  const parts: string[] = []
  if (tls.localUris[0] !== undefined) parts.push(`By=${tls.localUris[0]}`)
  if (tls.peerFingerprint !== undefined) parts.push(`Hash=${tls.peerFingerprint}`)
  if (rule.subject) parts.push(`Subject="${(tls.peerSubject ?? '').replaceAll('"', '\\"')}"`)
  if (rule.uri) for (const uri of tls.peerUris.length > 0 ? tls.peerUris : ['']) parts.push(`URI=${uri}`)
  if (rule.dns) for (const name of tls.peerDnsNames) parts.push(`DNS=${name}`)
  return parts.join(';')
}
