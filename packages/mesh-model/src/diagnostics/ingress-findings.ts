/** Listeners of Sidecars that nobody can reach, because a local mesh opens the ports of its LocalMesh alone. */
import { refOf, Sidecar, type LoopbackPlan, type Resource, type SidecarSpec } from '@istio-ts/api-types'
import type { Collection, Graph } from '@istio-ts/collections'
import type { Diagnostic } from '@istio-ts/foundation'
import { modelDiagnostics } from './codes.ts'
import type { DiagnosticInputs } from './diagnostic-inputs.ts'
import { keyed } from './keyed.ts'
import type { SelectedWorkloads } from './selected-workloads.ts'

/** Makes the node. */
export function ingressFindings(graph: Graph, inputs: DiagnosticInputs, workloads: SelectedWorkloads): Collection<Diagnostic> {
  return graph.flatMap('findings of ingress listeners', inputs.sets.config(Sidecar), (sidecar) => {
    if (!inputs.isLocal.get()) return []
    const plans = plansOf(sidecar, inputs, workloads)
    // A selector that picks nobody is told as such.
    if (plans.length === 0) return []
    return keyed((sidecar.spec.ingress ?? []).flatMap(({ port: { number = 0 } }, i) =>
      plans.some((plan) => plan.inbound.some(({ targetPort }) => targetPort === number)) ? [] : [modelDiagnostics.ingressNotOpen(refOf(sidecar), `spec.ingress[${i}].port.number`, number)]))
  })
}

/** The workloads that a Sidecar may be for; in the root namespace, those of every namespace. */
function plansOf({ metadata: { namespace }, spec }: Resource<SidecarSpec>, { loopback, mesh }: DiagnosticInputs, workloads: SelectedWorkloads): readonly LoopbackPlan[] {
  const selector = spec.workloadSelector?.labels ?? {}
  if (Object.keys(selector).length > 0) return workloads.matching(namespace, selector).flatMap(({ name }) => loopback.get(`${namespace}/${name}`) ?? [])
  return loopback.values().filter((plan) => plan.role === 'sidecar' && (plan.namespace === namespace || namespace === mesh.get().rootNamespace))
}
