/** Wiring: which Gateways a router serves, its listeners, route tables and secrets. */
import { Gateway, type LoopbackPlan } from '@istio-ts/api-types'
import type { Collection, Graph } from '@istio-ts/collections'
import { matchesLabels, type Labels } from '@istio-ts/foundation'
import type { ResourceSets } from '../inputs/resource-sets.ts'
import type { OutboundClass } from '../outbound/outbound-class.ts'
import type { RouteNodes } from '../outbound/route-nodes.ts'
import type { ServiceNodes } from '../services/service-nodes.ts'
import type { VirtualServiceNodes } from '../traffic/virtual-service-nodes.ts'
import type { GatewayView } from '../view/gateway-view.ts'
import type { RouteTable } from '../view/route-table.ts'
import type { SecretRef } from '../view/secret-ref.ts'
import { compareAge } from '../inputs/resource-order.ts'
import { gatewayListeners, gatewaySecrets, gatewayTables, type GatewayPort, type GatewayResource, type MergedGateway } from './gateway-view.ts'

/** What gateway views are made from. */
export interface GatewayInputs {
  readonly sets: ResourceSets
  readonly virtualServices: VirtualServiceNodes
  readonly services: ServiceNodes
  readonly routes: RouteNodes
  readonly loopback: Collection<LoopbackPlan>
}

/** Gateway parts of views. */
export interface GatewayNodes {
  /** Gateways (`namespace/name`) whose selector picks a workload, oldest first; the workload's namespace makes no difference. */
  selectedBy(namespace: string, labels: Labels): readonly string[]
  view(outbound: OutboundClass): GatewayView
  tables(outbound: OutboundClass): readonly RouteTable[]
  secrets(outbound: OutboundClass): readonly SecretRef[]
}

/** Makes the nodes. */
export function gatewayNodes(graph: Graph, inputs: GatewayInputs): GatewayNodes {
  const { sets, virtualServices, routes, loopback } = inputs
  const gateways = graph.flatMap<GatewayResource, GatewayResource>('gateways', sets.config(Gateway), (one) => [[`${one.metadata.namespace}/${one.metadata.name}`, one] as const])
  const merged = graph.lookup<MergedGateway>('merged gateways', (key) => {
    const { names, namespace } = JSON.parse(key) as { readonly names: readonly string[]; readonly namespace: string }
    return {
      namespace,
      gateways: names.flatMap((name) => gateways.get(name) ?? []),
    }
  })
  const of = (outbound: OutboundClass): MergedGateway => merged.get(JSON.stringify({ names: outbound.gateways, namespace: outbound.namespace }))
  const portsOf = (outbound: OutboundClass): readonly GatewayPort[] => {
    const plan = outbound.loopback === '' ? undefined : loopback.get(outbound.loopback)
    return plan ? plan.gatewayPorts.map(({ port, listen }) => ({ port, targetPort: listen })) : outbound.gatewayPorts
  }
  const around = (outbound: OutboundClass) => ({
    isLocal: outbound.loopback !== '',
    rulesOf: (gateway: string) => virtualServices.byGateway.lookup(gateway),
    routes, outbound,
  })
  return {
    selectedBy: (_, labels) => gateways.values().filter((one) => matchesLabels(one.spec.selector, labels)).sort(compareAge).map((one) => `${one.metadata.namespace}/${one.metadata.name}`),
    view: (outbound) => ({ key: JSON.stringify([outbound.gateways, outbound.gatewayPorts, outbound.loopback]), listeners: gatewayListeners(of(outbound), portsOf(outbound), around(outbound)) }),
    tables: (outbound) => (outbound.type === 'router' ? gatewayTables(of(outbound), portsOf(outbound), around(outbound)) : []),
    secrets: (outbound) => gatewaySecrets(of(outbound)),
  }
}
