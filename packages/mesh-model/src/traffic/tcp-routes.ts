/** Chains of opaque traffic to one service: what VirtualServices say, then the service's own default. @see istio pilot/pkg/networking/core/networkfilter.go, tls.go */
import type { RouteDestination } from '@istio-ts/api-types'
import type { Provenance, ResourceRef } from '@istio-ts/foundation'
import { serviceFacts, type MeshPort, type MeshService } from '../services/mesh-service.ts'
import type { DestinationPolicy } from '../view/destination-policy.ts'
import type { TcpChain } from '../view/outbound-listener.ts'
import type { WeightedDestination } from '../view/route-action.ts'
import { isTls } from '../view/service-facts.ts'
import type { TcpAction } from '../view/tcp-route.ts'
import type { UpstreamRef } from '../view/upstream.ts'
import { NO_HEADER_CHANGES } from './http-actions.ts'
import { distinctNames } from './distinct-names.ts'
import { destinationRef, type RouteSurroundings } from './http-routes.ts'
import { isFor } from './source.ts'
import type { VirtualServiceModel } from './virtual-service.ts'

/** What chains need to know of the rest of the mesh. */
export interface TcpSurroundings extends Omit<RouteSurroundings, 'defaultRetry' | 'hashOn'> {
  policy(ref: UpstreamRef): DestinationPolicy
}

/** Chains of one port of a service, in the order in which they are tried; the last takes what is left, unless server names decide. */
export function tcpChains(service: MeshService, port: MeshPort, rules: VirtualServiceModel | undefined, destinations: readonly string[], around: TcpSurroundings): readonly TcpChain[] {
  const tls = rules && (isTls(port.protocol) || port.protocol === 'auto') ? tlsRules(service, port, rules, destinations, around) : []
  const tcp = rules ? tcpRules(service, port, rules, destinations, around) : []
  // The first rule for a name has it, as Istio reads them.
  const ruled = distinctNames([...tls, ...tcp], (chain) => chain.destinations.join())
  const takesAll = ruled.some((chain) => chain.serverNames.length === 0 && chain.destinations.length === destinations.length)
  // TLS rules replace the default: a server name that no rule names goes where unknown traffic goes.
  return takesAll || (tls.length > 0 && isTls(port.protocol)) ? ruled : [...ruled, defaultChain(service, port, destinations, around)]
}

function tlsRules(service: MeshService, port: MeshPort, rules: VirtualServiceModel, destinations: readonly string[], around: TcpSurroundings): readonly TcpChain[] {
  return rules.tls.flatMap((rule, i) => rule.match.flatMap((match, m): TcpChain[] => {
    if (!isFor(match, around.source, rules.namespace)) return []
    const origin = at(rules.ref, `spec.tls[${i}]`)
    return [{
      serverNames: match.sniHosts, destinations: match.destinationSubnets ?? destinations, protocol: port.protocol,
      action: tcpAction(rule.route ?? [], rules, origin, around), service: serviceFacts(service), from: [...at(rules.ref, `spec.tls[${i}].match[${m}]`), ...origin],
    }]
  }))
}

function tcpRules(service: MeshService, port: MeshPort, rules: VirtualServiceModel, destinations: readonly string[], around: TcpSurroundings): readonly TcpChain[] {
  const chains: TcpChain[] = []
  for (const [i, rule] of rules.tcp.entries()) {
    const origin = at(rules.ref, `spec.tcp[${i}]`)
    const action = tcpAction(rule.route ?? [], rules, origin, around)
    const chain = (subnets: readonly string[], from: readonly Provenance[]): TcpChain =>
      ({ serverNames: [], destinations: subnets, protocol: port.protocol, action, service: serviceFacts(service), from })
    if (!rule.match || rule.match.length === 0) return [...chains, chain(destinations, origin)]
    // Matches without an address differ only in the source, which is decided already: the first of them takes everything.
    for (const [m, match] of rule.match.entries()) {
      if (!isFor(match, around.source, rules.namespace)) continue
      const subnets = match.destinationSubnets ?? []
      const origins = [...at(rules.ref, `spec.tcp[${i}].match[${m}]`), ...origin]
      if (subnets.length === 0) return [...chains, chain(destinations, origins)]
      chains.push(chain(subnets, origins))
    }
  }
  return chains
}

/** The service itself; a TLS port without an address of its own is told by its host as server name. */
function defaultChain(service: MeshService, port: MeshPort, destinations: readonly string[], around: TcpSurroundings): TcpChain {
  const needsName = isTls(port.protocol) && (service.addresses.length === 0 || destinations.length > 0) && service.registry === 'service-entry'
  const ref = { host: service.host, port: port.number, subset: '' }
  const from = [...service.from, ...port.from]
  const destination: WeightedDestination = { target: { kind: 'upstream', ref }, weight: 0, headers: NO_HEADER_CHANGES, from }
  return {
    serverNames: needsName ? [service.host] : [], destinations, protocol: port.protocol,
    action: withPolicy({ destinations: [destination], hashOnSourceIp: false, from }, around), service: serviceFacts(service), from,
  }
}

/** Where connections of one rule go. */
export function tcpAction(routes: readonly RouteDestination[], rules: VirtualServiceModel, origin: readonly Provenance[], around: TcpSurroundings): TcpAction {
  const surroundings: RouteSurroundings = { ...around, defaultRetry: undefined, hashOn: () => [] }
  const several = routes.length > 1
  const destinations = routes.flatMap((route, i): WeightedDestination[] => {
    if (several && (route.weight ?? 0) === 0) return []
    const from = origin.map(({ resource, path }) => ({ resource, path: `${path}.route[${i}]${several ? '.weight' : ''}` }))
    return [{ target: { kind: 'upstream', ref: destinationRef(route.destination, rules.namespace, surroundings) }, weight: route.weight ?? 0, headers: NO_HEADER_CHANGES, from }]
  })
  return withPolicy({ destinations, hashOnSourceIp: false, owner: rules.ref, from: origin }, around)
}

/** Timeouts, affinity and tunnel come from the policy of the only (or first) destination. */
function withPolicy(action: TcpAction, around: TcpSurroundings): TcpAction {
  const target = action.destinations[0]?.target
  if (target?.kind !== 'upstream') return action
  const { connectionPool, loadBalancing, tunnel } = around.policy(target.ref)
  const hash = loadBalancing.kind === 'ring-hash' || loadBalancing.kind === 'maglev' ? loadBalancing.on.kind === 'source-ip' : false
  return {
    ...action,
    ...(connectionPool.tcpIdleTimeoutMs === undefined ? {} : { idleTimeoutMs: connectionPool.tcpIdleTimeoutMs }),
    ...(connectionPool.maxConnectionDurationMs === undefined ? {} : { maxConnectionDurationMs: connectionPool.maxConnectionDurationMs }),
    ...(tunnel ? { tunnel: { host: `${tunnel.targetHost}:${tunnel.targetPort}`, usePost: tunnel.protocol === 'POST' } } : {}),
    hashOnSourceIp: hash,
  }
}

const at = (resource: ResourceRef, path: string): readonly Provenance[] => [{ resource, path }]
