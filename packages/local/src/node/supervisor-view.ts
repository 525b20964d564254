/** What the supervisor writes down for `status`, which then needs neither it nor istiod. */
import type { LocalMeshSpec, LoopbackPlan, Resource } from '@istio-ts/api-types'
import { appCheck } from '../launch/launch-plan.ts'
import { localProcesses, processKey } from '../processes.ts'
import { placeOf } from './diagnostics.ts'
import type { SupervisorView } from './mesh-files.ts'

/** What the files say, as far as the view shows it. */
export interface ViewedMesh {
  readonly folder: string
  readonly mesh: Resource<LocalMeshSpec>
  readonly plans: readonly LoopbackPlan[]
  readonly trustDomain: string
}

/** The view without problems. */
export function viewOf({ folder, mesh, plans, trustDomain }: ViewedMesh): Omit<SupervisorView, 'problems'> {
  const byKey = new Map(plans.map((plan) => [plan.key, plan]))
  return {
    supervisor: process.pid,
    name: mesh.metadata.name,
    folder,
    trustDomain,
    workloads: localProcesses(mesh.spec).flatMap((local) => {
      const plan = byKey.get(processKey(local))
      return plan ? [{
        name: local.name, namespace: local.namespace, service: local.workload.service ?? null, serviceAccount: local.workload.serviceAccount,
        engine: local.workload.proxy, started: local.workload.command !== undefined, check: appCheck(local.workload.ready, local.ports[0]?.targetPort), plan,
        at: placeOf(mesh, `proxy/${plan.key}`),
      }] : []
    }),
    gateways: plans.filter((plan) => plan.role === 'gateway').map((plan) => ({ plan, at: placeOf(mesh, `proxy/${plan.key}`) })),
  }
}

/** The trust domain of MeshConfig (ConfigMap istio-system/istio), by its one line: enough to name principals. */
export function trustDomainOf(resources: readonly Resource[]): string {
  const map = resources.find((resource) => resource.kind === 'ConfigMap' && resource.metadata.namespace === 'istio-system' && resource.metadata.name === 'istio')
  const data: unknown = map && typeof map.spec === 'object' && map.spec !== null && 'data' in map.spec ? map.spec.data : undefined
  const text: unknown = typeof data === 'object' && data !== null && 'mesh' in data ? data.mesh : undefined
  return (typeof text === 'string' ? /^trustDomain:\s*["']?([^\s"'#]+)/m.exec(text)?.[1] : undefined) ?? 'cluster.local'
}
