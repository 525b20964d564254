/** Servers of Gateways that nobody can reach: left out in favour of an older Gateway, or on a port that is not open. */
import { Gateway, refOf, type GatewaySpec, type LoopbackPlan } from '@istio-ts/api-types'
import type { Collection, Graph } from '@istio-ts/collections'
import { matchesLabels, type Diagnostic, type Labels } from '@istio-ts/foundation'
import { leftOut, type GatewayResource, type UnservedServer } from '../gateways/gateway-servers.ts'
import { compareAge } from '../inputs/resource-order.ts'
import { modelDiagnostics } from './codes.ts'
import type { DiagnosticInputs } from './diagnostic-inputs.ts'
import { keyed } from './keyed.ts'
import type { LabelledWorkload, SelectedWorkloads } from './selected-workloads.ts'

/** Makes the nodes. */
export function gatewayFindings(graph: Graph, inputs: DiagnosticInputs, workloads: SelectedWorkloads): readonly Collection<Diagnostic>[] {
  const all = inputs.sets.config(Gateway)
  // Conflicts are looked for once for each selector, not for each Gateway: hundreds may share one.
  const selectors = graph.flatMap('selectors of gateways', all, ({ spec }) => [[selectorKey(spec), spec.selector ?? {}] as const])
  return [
    graph.flatMap('findings of gateway servers', selectors, (selector, key) => {
      const gateways = all.values().filter((one) => serveSameWorkload(one.spec.selector ?? {}, selector)).sort(compareAge)
      const own = new Set(gateways.filter(({ spec }) => selectorKey(spec) === key).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
      return keyed(leftOut(gateways).filter(({ server }) => own.has(server.gateway)).map(conflictFinding))
    }),
    graph.flatMap('findings of gateway ports', all, (gateway) => keyed(closedPorts(gateway, inputs, workloads))),
  ]
}

const selectorKey = ({ selector }: GatewaySpec): string => JSON.stringify(selector ?? {})

/** True if one selector asks for all that the other asks for: then each workload of the other is one of both. */
const serveSameWorkload = (a: Labels, b: Labels): boolean => matchesLabels(a, b) || matchesLabels(b, a)

function conflictFinding({ server, winner, host }: UnservedServer): Diagnostic {
  const path = server.from[0]?.path ?? 'spec.servers'
  return host === undefined
    ? modelDiagnostics.unservedPort(server.ref, `${path}.port`, server.serverPort, winner.gateway)
    : modelDiagnostics.hostServedTwice(server.ref, `${path}.hosts`, host, server.serverPort, winner.gateway)
}

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
function openPorts(workload: LabelledWorkload, { loopback, services }: DiagnosticInputs): ReadonlySet<number> | undefined {
  const plan: LoopbackPlan | undefined = loopback.get(`${workload.namespace}/${workload.name}`)
  if (plan) return plan.role === 'gateway' ? new Set(plan.gatewayPorts.map(({ port }) => port)) : undefined
  const inFront = services.byNamespace.lookup(workload.namespace).filter((service) => service.selector && matchesLabels(service.selector, workload.labels))
  return inFront.length === 0 ? undefined : new Set(inFront.flatMap((service) => service.ports.flatMap(({ number, targetPort }) => (typeof targetPort === 'number' ? [number, targetPort] : [number]))))
}
