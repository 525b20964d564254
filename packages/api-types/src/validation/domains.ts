/** Host names: DNS names, wildcards, `namespace/host`, generated SNI names and trust domains. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { Findings } from './findings.ts'
import { isIpAddress } from './ip-address.ts'

const DNS_LABEL = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/
const WILDCARD_LABEL = /^(?:\*|(?:\*-?)?[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)$/
const GENERATED_SNI = /^outbound_\.(\d+)_\.[^.]*_\.(.+)$/
const MAX_DOMAIN = 255

/** A label of a DNS name as Istio takes it (RFC 1123; upper case too). */
export const isDnsLabel = (text: string): boolean => DNS_LABEL.test(text)

/** Why a text is no DNS name; undefined if it is one. A final dot is allowed. */
export function domainProblem(domain: string): string | undefined {
  return lengthProblem(domain) ?? labelsProblem(domain, domain)
}

/** Why a text is neither a DNS name nor one whose first label begins with `*`; undefined if it is one. */
export function wildcardDomainProblem(domain: string): string | undefined {
  const length = lengthProblem(domain)
  if (length !== undefined) return length
  const dot = domain.indexOf('.')
  const first = dot < 0 ? domain : domain.slice(0, dot)
  if (!isWildcardLabel(first)) return `domain name ${JSON.stringify(domain)} invalid (label ${JSON.stringify(first)} invalid)`
  return dot < 0 ? undefined : labelsProblem(domain.slice(dot + 1), domain)
}

/** The same for a VirtualService bound to a gateway; with `sni`, names that Istio generates for AUTO_PASSTHROUGH are allowed too. */
export function gatewayDomainProblem(domain: string, sni: boolean): string | undefined {
  const length = lengthProblem(domain)
  if (length !== undefined) return length
  return sni && domain.startsWith('outbound_.') ? generatedSniProblem(domain) : wildcardDomainProblem(domain)
}

/** Why a text is no `outbound_.<port>_.<subset>_.<host>`; undefined if it is one. */
export function generatedSniProblem(domain: string): string | undefined {
  const match = GENERATED_SNI.exec(domain)
  const port = Number(match?.[1])
  const host = match?.[2]
  if (host !== undefined && port >= 0 && port <= 65535 && domainProblem(host) === undefined) return undefined
  return `domain name ${domain} invalid, should follow 'outbound_.<PORT>_._.<HOSTNAME>' format`
}

/** Why a text is no trust domain; undefined if it is one. */
export function trustDomainProblem(domain: string): string | undefined {
  if (domain === '') return 'empty domain name not allowed'
  const labels = domain.endsWith('.') ? domain.slice(0, -1).split('.') : domain.split('.')
  return labels.every(isDnsLabel) ? undefined : `trust domain name ${JSON.stringify(domain)} invalid`
}

/** A `*` that is not a whole label: Gateway and Sidecar hosts do not take it. */
export const isPartialWildcard = (host: string): boolean => host.length > 1 && host.includes('*') && !host.startsWith('*.')

/** Adds a finding unless the text is a DNS name. */
export const checkDomain = (domain: string, at: Findings): void => report(domainProblem(domain), at)

/** Adds a finding unless the text is a DNS name or a wildcard. */
export const checkWildcardDomain = (domain: string, at: Findings): void => report(wildcardDomainProblem(domain), at)

function report(problem: string | undefined, at: Findings): void {
  if (problem !== undefined) at.add(found.invalidHost(problem))
}

/** Who writes the `namespace/host`: their rules differ in a few points. */
export type NamespacedHostUse = 'gateway' | 'gateway-api' | 'sidecar'

/** Checks `namespace/host` as Gateway servers (where the namespace may be left out) and Sidecar egress hosts have it. */
export function checkNamespacedHost(text: string, use: NamespacedHostUse, at: Findings): void {
  const slash = text.indexOf('/')
  if (slash < 0) {
    if (use === 'sidecar') at.add(found.invalidHost(`host ${JSON.stringify(text)} must be of form namespace/dnsName`, 'Write */host, ./host or namespace/host.'))
    else checkNamespacedHostName(text, use, at)
    return
  }
  const namespace = text.slice(0, slash)
  const host = text.slice(slash + 1)
  if (namespace === '' || host === '') at.add(found.missing('config namespace and dnsName in host entry cannot be empty'))
  if (!isNamespaceOf(namespace, use)) {
    at.add(found.invalidName(`invalid namespace value ${JSON.stringify(namespace)} in ${use === 'sidecar' ? 'sidecar' : 'gateway'}`))
  }
  checkNamespacedHostName(host, use, at)
}

function isNamespaceOf(namespace: string, use: NamespacedHostUse): boolean {
  if (namespace === '*' || namespace === '.') return true
  if (namespace === '~') return use !== 'gateway'
  // A Sidecar may leave out what it imported before: `~ns/host`.
  return isDnsLabel(use === 'sidecar' && namespace.startsWith('~') ? namespace.slice(1) : namespace)
}

function checkNamespacedHostName(host: string, use: NamespacedHostUse, at: Findings): void {
  if (host !== '*' && !host.includes('.')) at.add(found.invalidHost('short names (non FQDN) are not allowed', 'Write the full name.'))
  const problem = wildcardDomainProblem(host)
  if (problem !== undefined && (use === 'sidecar' || !isIpAddress(host))) at.add(found.invalidHost(problem))
  if (isPartialWildcard(host)) at.add(found.invalidHost(`partial wildcard ${JSON.stringify(host)} not allowed`, 'Let the wildcard be the whole first label.'))
}

function lengthProblem(domain: string): string | undefined {
  if (domain.length > MAX_DOMAIN) return `domain name ${JSON.stringify(domain)} too long (max ${MAX_DOMAIN})`
  return domain === '' ? 'empty domain name not allowed' : undefined
}

function isWildcardLabel(label: string): boolean {
  return label.length <= 63 && WILDCARD_LABEL.test(label)
}

function labelsProblem(domain: string, whole: string): string | undefined {
  const labels = domain.split('.')
  const last = labels[labels.length - 1] ?? ''
  if (/^[+-]?\d+$/.test(last)) return `domain name ${JSON.stringify(whole)} invalid (top level domain ${JSON.stringify(last)} cannot be all-numeric)`
  const wrong = labels.find((label, i) => !isDnsLabel(label) && !(label === '' && i === labels.length - 1))
  return wrong === undefined ? undefined : `domain name ${JSON.stringify(whole)} invalid (label ${JSON.stringify(wrong)} invalid)`
}
