/** Istio's rules for a Sidecar. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import type { Resource } from '../../../resource.ts'
import { checkIpAddress, checkPort, checkUnixPath, parseProtocol, splitHostPort, UNIX_PREFIX } from '../../../validation/addresses.ts'
import { checkConnectionPool } from '../../../validation/connection-pool.ts'
import { checkDestination } from '../../../validation/destinations.ts'
import { checkDomain } from '../../../validation/domains.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkNetworkingSelector } from '../../../validation/labels.ts'
import { checkServerTls } from '../../../validation/server-tls.ts'
import type { ServerTlsSettings } from '../../shared/server-tls.ts'
import { checkEgress } from './egress-rules.ts'
import { checkListenerPort } from './listener-port.ts'
import type { IstioIngressListener, OutboundTrafficPolicy, SidecarSpec } from './types.ts'

/** Checks the spec; `at` stands at it. */
export function checkSidecar(spec: SidecarSpec, at: Findings, resource: Pick<Resource, 'metadata'>): void {
  if (!checkNetworkingSelector('sidecar', spec.workloadSelector, at)) return
  const isEmpty = !spec.egress?.length && !spec.ingress?.length && !spec.outboundTrafficPolicy && !spec.inboundConnectionPool
  if (isEmpty) return at.add(found.missing('sidecar: empty configuration provided', 'Add egress or ingress.'))
  const numbers = new Set<number>()
  at.each('ingress', spec.ingress, (listener, place) => checkIngress(listener, numbers, place))
  checkConnectionPool(spec.inboundConnectionPool, at.at('inboundConnectionPool'))
  checkEgress(spec.egress, resource.metadata.namespace, at)
  checkOutbound(spec.outboundTrafficPolicy, at.at('outboundTrafficPolicy'))
}

function checkIngress(listener: Partial<IstioIngressListener>, numbers: Set<number>, at: Findings): void {
  const { port, bind } = listener
  if (!port) return at.at('port').add(found.missing('sidecar: port is required for ingress listeners'))
  if ((port.targetPort ?? 0) > 0) at.at('port').at('targetPort').add(found.unsupported('targetPort has no impact on Sidecars', 'Remove it.'))
  checkListenerPort(port, at.at('port'))
  checkPort(port.number ?? 0, at.at('port').at('number'))
  if (bind) checkIpAddress(bind, at.at('bind'))
  if (numbers.has(port.number ?? 0)) at.at('port').at('number').add(found.duplicate('sidecar: ports on IP bound listeners must be unique'))
  numbers.add(port.number ?? 0)
  checkDefaultEndpoint(listener.defaultEndpoint ?? '', at.at('defaultEndpoint'))
  if (listener.tls) checkIngressTls(listener.tls, at.at('tls'))
  checkConnectionPool(listener.connectionPool, at.at('connectionPool'))
  if (listener.connectionPool?.http && !parseProtocol(port.protocol)?.isHttp) {
    const statement = `sidecar: HTTP connection pool settings are configured for port ${port.number} (${JSON.stringify(port.name ?? '')}) but its protocol is not HTTP (${port.protocol ?? ''}); only TCP settings will apply`
    at.at('connectionPool').at('http').add(found.ineffective(statement))
  }
}

const LOCAL: ReadonlySet<string> = new Set(['', '127.0.0.1', '0.0.0.0', '::1', '::'])

function checkDefaultEndpoint(endpoint: string, at: Findings): void {
  if (endpoint === '') return
  if (endpoint.startsWith(UNIX_PREFIX)) return checkUnixPath(endpoint.slice(UNIX_PREFIX.length), at)
  const parts = splitHostPort(endpoint)
  if (!parts) return at.add(found.invalidAddress(`address ${endpoint}: missing port in address`))
  if (!LOCAL.has(parts.host)) {
    at.add(found.invalidAddress('sidecar: defaultEndpoint must be of form 127.0.0.1:<port>,0.0.0.0:<port>,[::1]:port,[::]:port,unix://filepath or unset'))
  }
  if (/^[+-]?\d+$/.test(parts.port)) checkPort(Number(parts.port), at)
  else at.add(found.invalidAddress(`sidecar: defaultEndpoint port (${parts.port}) is not a number`))
}

/** Certificates come from files only, and clients are not told apart. */
function checkIngressTls(tls: ServerTlsSettings, at: Findings): void {
  const refused: readonly (readonly [unknown, keyof ServerTlsSettings, string])[] = [
    [tls.subjectAltNames?.length, 'subjectAltNames', 'sidecar: subjectAltNames is not supported in ingress tls'],
    [tls.httpsRedirect, 'httpsRedirect', 'sidecar: httpsRedirect is not supported'],
    [tls.credentialName, 'credentialName', 'sidecar: credentialName is not currently supported'],
    [tls.credentialNames?.length, 'credentialNames', 'sidecar: credentialNames is not currently supported'],
    [tls.tlsCertificates?.length, 'tlsCertificates', 'sidecar: tlsCertificates is not currently supported'],
    [tls.mode === 'ISTIO_MUTUAL' || tls.mode === 'AUTO_PASSTHROUGH', 'mode', `configuration is invalid: cannot set mode to ${tls.mode ?? ''} in sidecar ingress tls`],
  ]
  for (const [isGiven, field, statement] of refused) if (isGiven) at.at(field).add(found.unsupported(statement, 'Remove it.'))
  checkServerTls(tls, at)
}

function checkOutbound(policy: OutboundTrafficPolicy | undefined, at: Findings): void {
  if (!policy) return
  const mode: unknown = policy.mode ?? 'REGISTRY_ONLY'
  if (mode !== 'REGISTRY_ONLY' && mode !== 'ALLOW_ANY') return at.at('mode').add(found.unsupported(`sidecar: outbound_traffic_policy mode ${JSON.stringify(mode)} is not supported`, 'Use REGISTRY_ONLY or ALLOW_ANY.'))
  const proxy = policy.egressProxy
  if (!proxy) return
  if (mode !== 'ALLOW_ANY') return at.at('egressProxy').add(found.conflict('sidecar: egress_proxy must be set only with ALLOW_ANY outbound_traffic_policy mode', 'Set mode to ALLOW_ANY.'))
  checkDomain(proxy.host ?? '', at.at('egressProxy').at('host'))
  if (!proxy.port) return at.at('egressProxy').at('port').add(found.missing('sidecar: egress_proxy port must be non-nil'))
  checkDestination(proxy, at.at('egressProxy'))
}
