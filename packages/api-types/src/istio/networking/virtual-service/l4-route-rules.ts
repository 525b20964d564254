/** Istio's rules for TLS and TCP routes. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import { checkIpSubnet, checkPort, isIpAddress } from '../../../validation/addresses.ts'
import { checkWeightedDestinations } from '../../../validation/destinations.ts'
import { gatewayDomainProblem, wildcardDomainProblem } from '../../../validation/domains.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkLabels } from '../../../validation/labels.ts'
import { checkGatewayNames } from './gateway-names.ts'
import type { L4MatchAttributes, TcpRoute, TlsRoute } from './types.ts'
import { hostCovers } from '@istio-ts/foundation'

/** What a TLS route needs to know of its VirtualService. */
export interface TlsRouteUse {
  readonly hosts: readonly string[]
  /** Bound to gateways only. */
  readonly atGateway: boolean
  readonly gatewaySemantics: boolean
}

/** Checks a TLS route. */
export function checkTlsRoute(route: TlsRoute, use: TlsRouteUse, at: Findings): void {
  if (!route.match || route.match.length === 0) at.at('match').add(found.missing('TLS route must have at least one match condition'))
  at.each('match', route.match, (match, place) => {
    if (!match.sniHosts || match.sniHosts.length === 0) place.at('sniHosts').add(found.missing('TLS match must have at least one SNI host'))
    place.each('sniHosts', match.sniHosts, (host, here) => checkSniHost(host, use, here))
    checkL4Match(match, place)
  })
  if (!route.route || route.route.length === 0) at.at('route').add(found.missing('TLS route is required'))
  checkWeightedDestinations('route', route.route, use.gatewaySemantics, at)
}

/** Checks a TCP route. */
export function checkTcpRoute(route: TcpRoute, gatewaySemantics: boolean, at: Findings): void {
  at.each('match', route.match, checkL4Match)
  if (!route.route || route.route.length === 0) at.at('route').add(found.missing('TCP route is required'))
  checkWeightedDestinations('route', route.route, gatewaySemantics, at)
}

function checkL4Match(match: L4MatchAttributes, at: Findings): void {
  at.each('destinationSubnets', match.destinationSubnets, checkIpSubnet)
  if (match.port) checkPort(match.port, at.at('port'))
  checkLabels('sourceLabels', match.sourceLabels, at)
  checkGatewayNames(match.gateways, false, at)
}

function checkSniHost(host: string, use: TlsRouteUse, at: Findings): void {
  const problem = use.atGateway ? gatewayDomainProblem(host, true) : wildcardDomainProblem(host)
  if (problem !== undefined) {
    if (isIpAddress(host)) at.add(found.questionable(`using an IP address (${JSON.stringify(host)}) goes against SNI spec and most clients do not support this`, 'Match by port or destinationSubnets.'))
    else at.add(found.invalidHost(problem))
    return
  }
  if (!use.hosts.some((pattern) => hostCovers(pattern, host))) {
    at.add(found.invalidHost(`SNI host ${JSON.stringify(host)} is not a compatible subset of any of the virtual service hosts: [${use.hosts.join(', ')}]`, 'Add the host to hosts.'))
  }
}
