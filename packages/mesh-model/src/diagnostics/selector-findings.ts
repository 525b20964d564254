/** Resources whose selector picks nothing, and entries without endpoints. */
import {
  AuthorizationPolicy, DestinationRule, Gateway, PeerAuthentication, refOf, RequestAuthentication, ServiceEntry, Sidecar, Telemetry, type Kind, type Resource,
} from '@istio-ts/api-types'
import type { Collection, Graph } from '@istio-ts/collections'
import type { Diagnostic, Labels } from '@istio-ts/foundation'
import { modelDiagnostics } from './codes.ts'
import type { DiagnosticInputs } from './diagnostic-inputs.ts'
import { keyed } from './keyed.ts'
import type { SelectedWorkloads } from './selected-workloads.ts'

/** Makes one node per kind that selects. Resources of the root namespace select everywhere, those of others in their own. */
export function selectorFindings(graph: Graph, inputs: DiagnosticInputs, workloads: SelectedWorkloads): readonly Collection<Diagnostic>[] {
  const { sets, mesh } = inputs
  const root = graph.singleton('root namespace of selectors', () => mesh.get().rootNamespace)
  const scope = (namespace: string): string => (namespace === root.get() ? '*' : namespace)
  const ofKind = <Spec>(kind: Kind<Spec, unknown>, path: string, selectorOf: (spec: Spec) => Labels | undefined, scopeOf: (namespace: string) => string): Collection<Diagnostic> =>
    graph.flatMap(`findings of selectors: ${kind.kind}`, sets.config(kind), (resource: Resource<Spec>) => {
      const selector = selectorOf(resource.spec) ?? {}
      const { namespace } = resource.metadata
      if (Object.keys(selector).length === 0 || !workloads.areKnown.get() || workloads.matching(scopeOf(namespace), selector).length > 0) return []
      return keyed([modelDiagnostics.selectsNothing(refOf(resource), path, scopeOf(namespace) === '*' ? 'of the mesh' : `of namespace ${namespace}`)])
    })
  const own = (namespace: string): string => namespace
  return [
    ofKind(AuthorizationPolicy, 'spec.selector.matchLabels', (spec) => spec.selector?.matchLabels, scope),
    ofKind(PeerAuthentication, 'spec.selector.matchLabels', (spec) => spec.selector?.matchLabels, scope),
    ofKind(RequestAuthentication, 'spec.selector.matchLabels', (spec) => spec.selector?.matchLabels, scope),
    ofKind(Telemetry, 'spec.selector.matchLabels', (spec) => spec.selector?.matchLabels, scope),
    ofKind(DestinationRule, 'spec.workloadSelector.matchLabels', (spec) => spec.workloadSelector?.matchLabels, own),
    ofKind(Sidecar, 'spec.workloadSelector.labels', (spec) => spec.workloadSelector?.labels, own),
    ofKind(ServiceEntry, 'spec.workloadSelector.labels', (spec) => spec.workloadSelector?.labels, own),
    // A Gateway picks workloads of every namespace, as long as Istio's PILOT_SCOPE_GATEWAY_TO_NAMESPACE is off (its default).
    ofKind(Gateway, 'spec.selector', (spec) => spec.selector, () => '*'),
    graph.flatMap('findings of service entries', sets.config(ServiceEntry), (resource) => {
      const { resolution, endpoints, workloadSelector } = resource.spec
      return resolution === 'STATIC' && !workloadSelector && (endpoints ?? []).length === 0 ? keyed([modelDiagnostics.noEndpoints(refOf(resource), 'spec.resolution')]) : []
    }),
  ]
}
