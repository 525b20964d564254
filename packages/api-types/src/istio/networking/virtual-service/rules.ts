/** Istio's rules for a VirtualService as a whole. */
import { hostsOverlap } from '@istio-ts/foundation'
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import type { Resource } from '../../../resource.ts'
import { isIpAddress } from '../../../validation/addresses.ts'
import { gatewayDomainProblem, wildcardDomainProblem } from '../../../validation/domains.ts'
import { checkExportTo } from '../../../validation/export-to.ts'
import type { Findings } from '../../../validation/findings.ts'
import { isJwtClaim } from '../../../validation/headers.ts'
import { checkGatewayNames, MESH_GATEWAY } from './gateway-names.ts'
import { checkHttpRoute } from './http-route-rules.ts'
import { checkTcpRoute, checkTlsRoute } from './l4-route-rules.ts'
import type { VirtualServiceSpec } from './types.ts'
import { checkReachable } from './unreachable-rules.ts'

/** Marks what istiod makes from Gateway API routes. */
const ROUTE_SEMANTICS = 'internal.istio.io/route-semantics'

/** Checks the spec; `at` stands at it. */
export function checkVirtualService(spec: VirtualServiceSpec, at: Findings, resource: Pick<Resource, 'metadata'>): void {
  const hosts = spec.hosts ?? []
  const isDelegate = hosts.length === 0
  const gatewaySemantics = resource.metadata.annotations?.[ROUTE_SEMANTICS] === 'gateway'
  const atGateway = isAtGateway(spec)
  if (isDelegate) checkDelegate(spec, at)
  checkGatewayNames(spec.gateways, gatewaySemantics, at)
  if (!atGateway) checkNoClaims(spec, at)
  checkHosts(spec, atGateway, at)
  if (isEmpty(spec.http) && isEmpty(spec.tcp) && isEmpty(spec.tls)) at.add(found.missing('http, tcp or tls must be provided in virtual service'))
  at.each('http', spec.http, (route, place) => checkHttpRoute(route, { isDelegate, gatewaySemantics }, place))
  at.each('tls', spec.tls, (route, place) => checkTlsRoute(route, { hosts, atGateway: !(spec.gateways ?? []).includes(MESH_GATEWAY), gatewaySemantics }, place))
  at.each('tcp', spec.tcp, (route, place) => checkTcpRoute(route, gatewaySemantics, place))
  checkExportTo(spec.exportTo, { namespace: resource.metadata.namespace }, at)
  checkReachable(spec, at)
}

const isEmpty = (list: readonly unknown[] | undefined): boolean => list === undefined || list.length === 0

/** Bound to gateways and not to the sidecars. */
const isAtGateway = ({ gateways }: VirtualServiceSpec): boolean => gateways !== undefined && gateways.length > 0 && !gateways.includes(MESH_GATEWAY)

function checkDelegate(spec: VirtualServiceSpec, at: Findings): void {
  for (const [field, what] of [['gateways', 'gateways'], ['tls', 'tls route'], ['tcp', 'tcp route']] as const) {
    if (!isEmpty(spec[field])) at.at(field).add(found.conflict(`delegate virtual service must have no ${what} specified`, 'Add hosts, or remove it: a VirtualService without hosts is a delegate.'))
  }
}

/** Only a gateway has verified the JWT when it routes. */
function checkNoClaims(spec: VirtualServiceSpec, at: Findings): void {
  at.each('http', spec.http, (route, routePlace) =>
    routePlace.each('match', route.match, (match, matchPlace) => {
      for (const field of ['headers', 'withoutHeaders'] as const) {
        matchPlace.entries(field, match[field], (_, place, name) => {
          if (isJwtClaim(name)) place.add(found.unsupported(`JWT claim based routing (key: ${name}) is only supported for gateway, found no gateways: [${(spec.gateways ?? []).join(' ')}]`, 'Bind to a gateway.'))
        })
      }
    }),
  )
}

function checkHosts(spec: VirtualServiceSpec, atGateway: boolean, at: Findings): void {
  const hasSni = spec.tls?.some((route) => route.match?.some((match) => (match.sniHosts?.length ?? 0) > 0)) ?? false
  let areValid = true
  at.each('hosts', spec.hosts, (host, place) => {
    const problem = atGateway ? gatewayDomainProblem(host, hasSni) : wildcardDomainProblem(host)
    if (problem !== undefined) {
      if (isIpAddress(host)) return
      areValid = false
      place.add(found.invalidHost(problem))
    } else if (host === '*' && !atGateway) {
      areValid = false
      place.add(found.invalidHost('wildcard host * is not allowed for virtual services bound to the mesh gateway', 'Name the hosts, or bind to a gateway.'))
    }
  })
  if (areValid) checkHostsOnce(spec.hosts ?? [], at)
}

/** No host may be covered by another one of the same resource. */
function checkHostsOnce(hosts: readonly string[], at: Findings): void {
  for (const [i, host] of hosts.entries()) {
    const later = hosts.slice(i + 1).find((other) => hostsOverlap(host, other))
    if (later !== undefined) at.at('hosts').at(i).add(found.duplicate(`duplicate hosts in virtual service: ${host} & ${later}`))
  }
}
