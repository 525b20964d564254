/** Who the proxies of a LocalMesh are. */
import type { LocalMeshSpec, LoopbackPlan } from '@istio-ts/api-types'
import { DEFAULT_CLUSTER, type Labels } from '@istio-ts/foundation'
import { localProcesses, processKey } from '@istio-ts/local'
import type { ProxyIdentity } from '@istio-ts/mesh-model'

/** One identity per process and gateway, with the plan it works by. */
export function identitiesOf(spec: LocalMeshSpec, plans: readonly LoopbackPlan[]): readonly { readonly identity: ProxyIdentity; readonly plan: LoopbackPlan }[] {
  const subjects = [
    ...localProcesses(spec).map((process) => ({ key: processKey(process), labels: process.workload.labels, serviceAccount: process.workload.serviceAccount })),
    ...spec.gateways.map((gateway) => ({ key: processKey(gateway), labels: gateway.labels, serviceAccount: gateway.name })),
  ]
  return subjects.flatMap(({ key, labels, serviceAccount }) => {
    const plan = plans.find((candidate) => candidate.key === key)
    return plan ? [{ plan, identity: identityOf(plan, labels, serviceAccount) }] : []
  })
}

const identityOf = (plan: LoopbackPlan, labels: Labels, serviceAccount: string): ProxyIdentity => ({
  type: plan.role === 'gateway' ? 'router' : 'sidecar',
  name: plan.workload,
  namespace: plan.namespace,
  ips: ['127.0.0.1'],
  labels,
  serviceAccount,
  cluster: DEFAULT_CLUSTER,
  network: '',
  locality: { region: '', zone: '', subzone: '' },
  dnsDomain: `${plan.namespace}.svc.cluster.local`,
  istioVersion: '1.32.0',
  extensions: 'all',
  wantsProvenance: true,
  interceptionMode: 'NONE',
  loopback: plan.key,
  // What the agent of a local mesh says of itself, as far as proxies and translation read it.
  metadata: { NAME: plan.workload, NAMESPACE: plan.namespace, SERVICE_ACCOUNT: serviceAccount, WORKLOAD_NAME: plan.workload, LABELS: labels, CLUSTER_ID: DEFAULT_CLUSTER, MESH_ID: 'cluster.local', INSTANCE_IPS: '127.0.0.1', INTERCEPTION_MODE: 'NONE', LOOPBACK: plan.key },
})
