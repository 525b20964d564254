/** The schema of EnvoyFilter, after Istio's CRD. */
import { atMostOne, enumeration, has, int32, list, map, message, portNumber, rule, struct, text, uint32, type Field } from '../../shared/schema/index.ts'
import { networkingWorkloadSelector, policyTargetReferences } from '../../shared/workload-selector.ts'
import type * as ef from './types.ts'

/** Schema of the spec. */
export const envoyFilterSchema = (): Field<ef.EnvoyFilterSpec> =>
  message<ef.EnvoyFilterSpec>(
    {
      configPatches: list(message<ef.EnvoyConfigObjectPatch>({ applyTo: applyTo(), match: objectMatch(), patch: patch() })),
      priority: int32(),
      targetRefs: policyTargetReferences(),
      workloadSelector: networkingWorkloadSelector(),
    },
    { rules: [atMostOne('only one of targetRefs or workloadSelector can be set', ['workloadSelector', 'targetRefs'])] },
  )

const applyTo = (): Field<ef.ApplyTo> =>
  enumeration([
    'INVALID', 'LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER', 'ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE', 'CLUSTER',
    'EXTENSION_CONFIG', 'BOOTSTRAP', 'LISTENER_FILTER',
  ])

const patch = (): Field<ef.Patch> =>
  message<ef.Patch>({
    filterClass: enumeration(['UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS']),
    operation: enumeration(['INVALID', 'MERGE', 'ADD', 'REMOVE', 'INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST', 'REPLACE', 'MERGE_AND_REPLACE_LIST']),
    value: struct(),
  })

const WAYPOINT_ONLY = rule<ef.EnvoyConfigObjectMatch>(
  'only support waypointMatch when context is WAYPOINT',
  'has(self.context) ? ((self.context == "WAYPOINT") ? has(self.waypoint) : !has(self.waypoint)) : !has(self.waypoint)',
  (self) => (self.context === 'WAYPOINT') === has(self.waypoint),
)

const objectMatch = (): Field<ef.EnvoyConfigObjectMatch> =>
  message<ef.EnvoyConfigObjectMatch>(
    {
      cluster: message<ef.ClusterMatch>({ name: text(), portNumber: uint32(), service: text(), subset: text() }),
      context: enumeration(['ANY', 'SIDECAR_INBOUND', 'SIDECAR_OUTBOUND', 'GATEWAY', 'WAYPOINT']),
      listener: listenerMatch(),
      proxy: message<ef.ProxyMatch>({ metadata: map(text()), proxyVersion: text() }),
      routeConfiguration: routeConfigurationMatch(),
      waypoint: message<ef.WaypointMatch>({ filter: filterMatch(), portNumber: portNumber(), route: message({ name: text() }) }),
    },
    { oneOf: [['listener', 'routeConfiguration', 'cluster', 'waypoint']], rules: [WAYPOINT_ONLY] },
  )

const filterMatch = (): Field<ef.FilterMatch> => message<ef.FilterMatch>({ name: text(), subFilter: message<ef.SubFilterMatch>({ name: text() }) })

const listenerMatch = (): Field<ef.ListenerMatch> =>
  message<ef.ListenerMatch>({
    filterChain: message<ef.FilterChainMatch>({
      applicationProtocols: text(),
      destinationPort: uint32(),
      filter: filterMatch(),
      name: text(),
      sni: text(),
      transportProtocol: text(),
      transportSocket: text(),
    }),
    listenerFilter: text(),
    name: text(),
    portName: text(),
    portNumber: uint32(),
  })

const routeConfigurationMatch = (): Field<ef.RouteConfigurationMatch> =>
  message<ef.RouteConfigurationMatch>({
    gateway: text(),
    name: text(),
    portName: text(),
    portNumber: uint32(),
    vhost: message<ef.VirtualHostMatch>({
      domainName: text(),
      name: text(),
      route: message<ef.RouteMatch>({ action: enumeration(['ANY', 'ROUTE', 'REDIRECT', 'DIRECT_RESPONSE']), name: text() }),
    }),
  })
