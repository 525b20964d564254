/** Wiring: what only a look at several resources can find. @see istio pkg/config/analysis/analyzers */
import { AuthorizationPolicy, DestinationRule, refOf } from '@istio-ts/api-types'
import type { Collection, Graph } from '@istio-ts/collections'
import type { Diagnostic } from '@istio-ts/foundation'
import { modelDiagnostics } from './codes.ts'
import { passthroughFindings, ruleFindings } from './destination-findings.ts'
import type { DiagnosticInputs } from './diagnostic-inputs.ts'
import { gatewayFindings } from './gateway-findings.ts'
import { ingressFindings } from './ingress-findings.ts'
import { keyed } from './keyed.ts'
import { selectedWorkloads } from './selected-workloads.ts'
import { selectorFindings } from './selector-findings.ts'
import { virtualServiceFindings } from './virtual-service-findings.ts'

/** Makes the node: findings keyed by resource, path and code. */
export function diagnosticNodes(graph: Graph, inputs: DiagnosticInputs): Collection<Diagnostic> {
  const { sets, mesh, isLocal } = inputs
  const workloads = selectedWorkloads(graph, sets)
  const destinations = graph.flatMap('findings of destination rules', sets.config(DestinationRule), (resource) =>
    keyed([...ruleFindings(resource, inputs), ...(isLocal.get() ? passthroughFindings(resource) : [])]))
  const authorizers = graph.singleton('names of authorizers', () =>
    mesh.get().extensionProviders.flatMap((one) => (one.envoyExtAuthzHttp || one.envoyExtAuthzGrpc ? (one.name ?? []) : [])))
  const authorizing = graph.flatMap('findings of authorization policies', sets.config(AuthorizationPolicy), (resource) => {
    const name = resource.spec.provider?.name ?? ''
    return resource.spec.action === 'CUSTOM' && !authorizers.get().includes(name) ? keyed([modelDiagnostics.unknownAuthorizer(refOf(resource), 'spec.provider.name', name)]) : []
  })
  return graph.join('model findings', [...virtualServiceFindings(graph, inputs), destinations, authorizing, ...gatewayFindings(graph, inputs, workloads), ingressFindings(graph, inputs, workloads), ...selectorFindings(graph, inputs, workloads)])
}
