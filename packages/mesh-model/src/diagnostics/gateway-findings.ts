/** Servers of Gateways that nobody can reach: left out in favour of an older Gateway, or on a port that is not open. */
import { Gateway, type LoopbackPlan } from '@istio-ts/api-types'
import type { Collection, Graph } from '@istio-ts/collections'
import { matchesLabels, type Diagnostic } from '@istio-ts/foundation'
import { leftOut, type GatewayResource } from '../gateways/gateway-servers.ts'
import { refOf } from '@istio-ts/api-types'
import { compareAge } from '../inputs/resource-order.ts'
import { modelDiagnostics } from './codes.ts'
import type { DiagnosticInputs } from './diagnostic-inputs.ts'
import { keyed } from './keyed.ts'
import type { SelectableWorkload, SelectedWorkloads } from './selected-workloads.ts'

/** Makes the node. */
export function gatewayFindings(graph: Graph, inputs: DiagnosticInputs, workloads: SelectedWorkloads): Collection<Diagnostic> {
  const all = inputs.sets.config(Gateway)
  return graph.flatMap('findings of gateways', all, (gateway) => {
    const older = all.values().filter((one) => compareAge(one, gateway) < 0 && servesSameWorkload(one, gateway)).sort(compareAge)
    return keyed([...conflicts(gateway, older), ...closedPorts(gateway, inputs, workloads)])
  })
}

/** True if one selector asks for all that the other asks for: then each workload of the other is one of both. */
const servesSameWorkload = (a: GatewayResource, b: GatewayResource): boolean =>
  matchesLabels(a.spec.selector, b.spec.selector ?? {}) || matchesLabels(b.spec.selector, a.spec.selector ?? {})

const conflicts = (gateway: GatewayResource, older: readonly GatewayResource[]): readonly Diagnostic[] =>
  leftOut([...older, gateway]).filter(({ server }) => server.ref.name === gateway.metadata.name && server.ref.namespace === gateway.metadata.namespace).map(({ server, winner, host }) => {
    const path = server.from[0]?.path ?? 'spec.servers'
    return host === undefined
      ? modelDiagnostics.unservedPort(server.ref, `${path}.port`, server.serverPort, winner.gateway)
      : modelDiagnostics.hostServedTwice(server.ref, `${path}.hosts`, host, server.serverPort, winner.gateway)
  })

/** Ports that do not get to any workload of the Gateway; nothing is said where it is not known how traffic gets there. */
function closedPorts(gateway: GatewayResource, inputs: DiagnosticInputs, workloads: SelectedWorkloads): readonly Diagnostic[] {
  const selected = workloads.matching('*', gateway.spec.selector ?? {})
  const open = selected.map((workload) => openPorts(workload, inputs))
  const [first] = selected
  if (!first || open.length === 0 || open.some((ports) => ports === undefined)) return []
  return (gateway.spec.servers ?? []).flatMap((server, i) => {
    const { number } = server.port
    if (number === undefined || open.some((ports) => ports?.has(number))) return []
    return [modelDiagnostics.portNotOpen(refOf(gateway), `spec.servers[${i}].port.number`, number, `${first.namespace}/${first.name}`)]
  })
}

/** Ports of a local gateway, or of the Services in front of a pod; undefined if nothing is in front. */
function openPorts(workload: SelectableWorkload, { loopback, services }: DiagnosticInputs): ReadonlySet<number> | undefined {
  const plan: LoopbackPlan | undefined = loopback.get(`${workload.namespace}/${workload.name}`)
  if (plan) return plan.role === 'gateway' ? new Set(plan.gatewayPorts.map(({ port }) => port)) : undefined
  const inFront = services.byNamespace.lookup(workload.namespace).filter((service) => service.selector && matchesLabels(service.selector, workload.labels))
  return inFront.length === 0 ? undefined : new Set(inFront.flatMap((service) => service.ports.flatMap(({ number, targetPort }) => (typeof targetPort === 'number' ? [number, targetPort] : [number]))))
}
