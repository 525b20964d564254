/** LocalMesh + chosen ports + who is ready -> resources and plans; what istiod puts beside the files. */
import { describeResource, resourceKey, type Diagnostic } from '@istio-ts/foundation'
import { refOf, type LocalMeshSpec, type LoopbackPlan, type Resource } from '@istio-ts/api-types'
import { callables, type Callable } from '../callable.ts'
import { secondLocalMesh } from '../diagnostics.ts'
import type { PortLedger } from '../ports/ledger.ts'
import { localResources, type ReadyProcesses } from './local-resources.ts'
import { loopbackPlans } from './loopback-plans.ts'

/** What the local mesh adds to the store. */
export interface DerivedLocalMesh {
  /** Services, Pods and EndpointSlices; a resource that the files define themselves is not among them. */
  readonly resources: readonly Resource[]
  readonly plans: readonly LoopbackPlan[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The one LocalMesh of a folder; others are findings. The one in force stays, lest a file that somebody adds takes a running mesh away; where
 * none is, the first by file name counts.
 * @param inForce name of the LocalMesh that runs
 */
export function selectLocalMesh(resources: Iterable<Resource>, inForce?: string): { readonly mesh?: Resource<LocalMeshSpec>; readonly diagnostics: readonly Diagnostic[] } {
  const all = [...resources].filter(isLocalMesh).sort((a, b) => ((a.source?.file ?? '') < (b.source?.file ?? '') ? -1 : 1))
  const mesh = all.find(({ metadata }) => metadata.name === inForce) ?? all[0]
  const others = all.filter((other) => other !== mesh)
  if (!mesh) return { diagnostics: [] }
  return { mesh, diagnostics: others.map((other) => secondLocalMesh(other, describeResource(refOf(mesh)))) }
}

/** Derives everything from the files' resources, the port ledger and the ready processes. Without a LocalMesh nothing is derived. @param inForce as for {@link selectLocalMesh} */
export function deriveLocalMesh(files: readonly Resource[], ledger: PortLedger, ready: ReadyProcesses, inForce?: string): DerivedLocalMesh {
  const { mesh, diagnostics } = selectLocalMesh(files, inForce)
  if (!mesh) return { resources: [], plans: [], diagnostics }
  const plans = loopbackPlans(mesh.spec, localCallables(files, mesh), ledger)
  const own = new Set(files.map((resource) => resourceKey(refOf(resource))))
  return { resources: localResources(mesh, plans, ready).filter((resource) => !own.has(resourceKey(refOf(resource)))), plans, diagnostics }
}

/** What the workloads of this mesh may call: its own services and those of the files. */
export const localCallables = (files: readonly Resource[], mesh: Resource<LocalMeshSpec>): readonly Callable[] =>
  callables([...files, ...localResources(mesh, [], new Set())])

const isLocalMesh = (resource: Resource): resource is Resource<LocalMeshSpec> => resource.kind === 'LocalMesh' && resource.apiVersion.startsWith('istio-ts.dev/')
