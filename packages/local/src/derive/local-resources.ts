/** The Kubernetes objects that a LocalMesh stands for: Services, Pods and EndpointSlices. */
import { DEFAULT_CLUSTER } from '@istio-ts/foundation'
import type { EndpointSliceSpec, LocalGateway, LocalMeshSpec, LocalPort, LoopbackPlan, PodSpec, PodStatus, Resource, ServicePort, ServiceSpec } from '@istio-ts/api-types'
import { localProcesses, processKey, type LocalProcess } from '../processes.ts'

/** Keys of the processes whose own check holds; the others' endpoints are not ready. */
export type ReadyProcesses = ReadonlySet<string>

/**
 * Services, Pods and EndpointSlices of the mesh. An endpoint is `127.0.0.1:<inbound listen>` and refers to its Pod; the Pod carries the
 * labels and the service account, as in a cluster. A gateway is a Pod too, so that a Gateway's selector finds it. Resources point to the
 * LocalMesh's file.
 */
export function localResources(mesh: Resource<LocalMeshSpec>, plans: readonly LoopbackPlan[], ready: ReadyProcesses): readonly Resource[] {
  const byKey = new Map(plans.map((plan) => [plan.key, plan]))
  const processes = localProcesses(mesh.spec)
  const base = { cluster: mesh.cluster === '' ? DEFAULT_CLUSTER : mesh.cluster, ...(mesh.source ? { source: mesh.source } : {}) }
  return [
    ...mesh.spec.gateways.map((gateway) => ({ ...base, ...gatewayPod(gateway) })),
    ...services(processes).map((service) => ({ ...base, ...service })),
    ...processes.map((process) => ({ ...base, ...pod(process, ready) })),
    ...processes.flatMap((process) => (process.workload.service === undefined ? [] : [{ ...base, ...slice(process, byKey.get(processKey(process)), ready) }])),
  ]
}

/** One Service per name and namespace; workloads that share it were checked to agree on its ports. */
function services(processes: readonly LocalProcess[]): readonly Resource<ServiceSpec>[] {
  const found = new Map<string, Resource<ServiceSpec>>()
  for (const { workload, namespace } of processes) {
    const key = `${namespace}/${workload.service}`
    if (workload.service === undefined || found.has(key)) continue
    found.set(key, {
      cluster: DEFAULT_CLUSTER,
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: workload.service, namespace, labels: { app: workload.service } },
      spec: { type: 'ClusterIP', ports: workload.ports.map(servicePort), selector: { app: workload.labels['app'] ?? workload.service } },
    })
  }
  return [...found.values()]
}

const servicePort = (port: LocalPort): ServicePort => ({
  ...(port.name === undefined ? {} : { name: port.name }),
  port: port.port,
  targetPort: containerPortName(port),
  protocol: port.protocol,
  ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
})

/** Processes of one service listen on different ports of the machine, so the Service names the port and each Pod says its number. */
const containerPortName = (port: LocalPort): string => port.name ?? `port-${port.port}`

function pod(process: LocalProcess, ready: ReadyProcesses): Resource<PodSpec, PodStatus> {
  const { workload } = process
  return {
    cluster: DEFAULT_CLUSTER,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: process.name, namespace: process.namespace, labels: { ...workload.labels, 'security.istio.io/tlsMode': 'istio' } },
    spec: {
      serviceAccountName: workload.serviceAccount,
      containers: [{ name: 'app', ports: process.ports.map((port) => ({ containerPort: port.targetPort, protocol: port.protocol, name: containerPortName(port) })) }],
    },
    status: { phase: 'Running', podIP: '127.0.0.1', conditions: [{ type: 'Ready', status: ready.has(processKey(process)) ? 'True' : 'False' }] },
  }
}

/** It has no address: nobody calls a gateway through the mesh. */
const gatewayPod = ({ name, namespace, labels }: LocalGateway): Resource<PodSpec, PodStatus> => ({
  cluster: DEFAULT_CLUSTER, apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec: { containers: [{ name: 'istio-proxy' }] },
})

/** An endpoint that is not ready stays in the slice, as in Kubernetes: nobody sends to it, but its sidecar knows what it serves. */
function slice(process: LocalProcess, plan: LoopbackPlan | undefined, ready: ReadyProcesses): Resource<EndpointSliceSpec> {
  const { workload } = process
  const isReady = ready.has(processKey(process))
  return {
    cluster: DEFAULT_CLUSTER,
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${workload.service ?? ''}-${process.name}`, namespace: process.namespace, labels: { 'kubernetes.io/service-name': workload.service ?? '' } },
    spec: {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: isReady, serving: isReady }, targetRef: { kind: 'Pod', namespace: process.namespace, name: process.name } }],
      ports: process.ports.flatMap((port) => {
        const listen = plan?.inbound.find((entry) => entry.targetPort === port.targetPort)?.listen
        return listen === undefined ? [] : [{ ...(port.name === undefined ? {} : { name: port.name }), port: listen, protocol: port.protocol, ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }) }]
      }),
    },
  }
}
