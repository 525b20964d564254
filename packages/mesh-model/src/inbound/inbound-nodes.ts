/** Wiring: the inbound view of a class of workloads. */
import type { LoopbackPlan, MeshConfig } from '@istio-ts/api-types'
import type { Collection, Graph, Lookup, Singleton } from '@istio-ts/collections'
import { LOOPBACK } from '../outbound/loopback-outbound.ts'
import { wildcards } from '../outbound/outbound-nodes.ts'
import { connectionPoolOf } from '../mesh/mesh-settings.ts'
import { modeOnPort } from '../security/peer-policy.ts'
import type { PeerNodes } from '../security/security-nodes.ts'
import { portOf, serviceFacts } from '../services/mesh-service.ts'
import type { ServiceNodes } from '../services/service-nodes.ts'
import type { InboundServer, InboundView } from '../view/inbound-server.ts'
import type { PeerPolicy } from '../view/security-policy.ts'
import type { SidecarNodes } from '../visibility/sidecar-nodes.ts'
import type { InboundClass, ServiceTarget } from './inbound-class.ts'
import { sidecarIngress } from './sidecar-ingress.ts'

/** What inbound views are made from. */
export interface InboundInputs {
  readonly mesh: Singleton<MeshConfig>
  readonly services: ServiceNodes
  readonly peers: PeerNodes
  readonly sidecars: SidecarNodes
  readonly loopback: Collection<LoopbackPlan>
}

/** Makes the node: inbound views by class key (the JSON of an {@link InboundClass}). */
export function inboundNodes(graph: Graph, inputs: InboundInputs): Lookup<InboundView> {
  const { mesh, services, peers, sidecars, loopback } = inputs
  const settings = graph.singleton('inbound settings', () => {
    const { proxyInboundListenPort, inboundTrafficPolicy } = mesh.get()
    return { port: proxyInboundListenPort, unknownPorts: inboundTrafficPolicy.mode === 'LOCALHOST' ? 'localhost' as const : 'passthrough' as const }
  })
  return graph.lookup<InboundView>('inbound views', (key) => {
    const inbound = JSON.parse(key) as InboundClass
    const peer = peers.of(inbound.namespace, inbound.labels)
    const plan = inbound.loopback === '' ? undefined : loopback.get(inbound.loopback)
    const scope = sidecars.scope(inbound.sidecar, inbound.namespace)
    const pool = connectionPoolOf(scope?.resource.spec.inboundConnectionPool)
    const found = serversOf(inbound, peer, plan, services, settings.get().unknownPorts === 'localhost').map((server) => ({ ...server, connectionPool: pool }))
    const servers = scope?.resource.spec.ingress && scope.resource.spec.ingress.length > 0 ? sidecarIngress(scope.resource, found, peer, inbound, plan) : found
    const { port, unknownPorts } = settings.get()
    const isCapturing = inbound.loopback === '' && inbound.captured
    const otherPorts = Object.entries(peer.ports).map(([number, mtls]) => ({ port: Number(number), mtls })).filter((one) => !servers.some((server) => server.listenPort === one.port))
    const virtualListener = { bind: wildcards(inbound), port, mtls: peer.mode, ...(otherPorts.length === 0 ? {} : { otherPorts }) }
    return { key, servers, ...(isCapturing ? { virtualListener } : {}), unknownPorts }
  })
}

/** One server per workload port; services that share the port are all named, and the first decides. */
function serversOf(inbound: InboundClass, peer: PeerPolicy, plan: LoopbackPlan | undefined, services: ServiceNodes, toLocalhost: boolean): readonly InboundServer[] {
  const byPort = new Map<number, ServiceTarget[]>()
  for (const target of inbound.targets) byPort.set(target.workloadPort, [...(byPort.get(target.workloadPort) ?? []), target])
  return [...byPort].sort(([a], [b]) => a - b).flatMap(([workloadPort, targets]) => {
    const listen = inbound.loopback === '' ? workloadPort : plan?.inbound.find((entry) => entry.targetPort === workloadPort)?.listen
    if (listen === undefined) return []
    return serverOf(workloadPort, listen, targets, inbound, peer, services, toLocalhost)
  })
}

function serverOf(workloadPort: number, listen: number, targets: readonly ServiceTarget[], inbound: InboundClass, peer: PeerPolicy, services: ServiceNodes, toLocalhost: boolean): readonly InboundServer[] {
  const served = targets.flatMap((target) => {
    const service = services.all.get(target.service)
    const port = service && portOf(service, target.port)
    return service && port ? [{ service, port }] : []
  })
  const [first] = served
  if (!first) return []
  const isLocal = inbound.loopback !== ''
  return [{
    workloadPort,
    servicePort: first.port.number,
    portName: first.port.name,
    protocol: first.port.protocol,
    listenPort: listen,
    bind: isLocal ? LOOPBACK : '',
    mtls: modeOnPort(peer, workloadPort),
    // In a local mesh the process is reached on its own port; behind a capture, where the connection was going, unless the mesh says localhost.
    defaultEndpoint: isLocal || toLocalhost ? { kind: 'address', address: LOOPBACK, port: workloadPort } : { kind: 'original-dst' },
    services: [...new Map(served.map(({ service }) => [service.key, serviceFacts(service)])).values()],
    host: first.service.host,
    connectionPool: {},
    from: [...served.flatMap(({ service, port }) => [...service.from, ...port.from]), ...peer.from],
  }]
}
