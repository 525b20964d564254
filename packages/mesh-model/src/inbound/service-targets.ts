/** Which service ports a workload serves. */
import type { PodSpec, Resource } from '@istio-ts/api-types'
import { matchesLabels, type Labels } from '@istio-ts/foundation'
import { compareServices, type MeshService } from '../services/mesh-service.ts'
import type { ServiceTarget } from './inbound-class.ts'

/** A workload as services select it. */
export interface SelectableWorkload {
  readonly labels: Labels
  /** Container ports by name, from the pod. */
  readonly pod: Resource<PodSpec, unknown> | undefined
  /** A process of a local mesh: all share one address, so workloads of one service listen on ports of their own, found by the port's name. */
  readonly isLocal: boolean
}

/**
 * The ports of the services that select the workload; ports that cannot be resolved are left out. `listed` knows the ports of workloads that
 * an entry describes: there the entry, not the service, says which port is which.
 */
export const serviceTargets = (workload: SelectableWorkload, services: readonly MeshService[], listed: (service: MeshService) => readonly ServiceTarget[] = () => []): readonly ServiceTarget[] =>
  services.filter((service) => service.selector && matchesLabels(service.selector, workload.labels)).sort(compareServices).flatMap((service) => {
    const known = listed(service)
    return known.length > 0 ? known : service.ports.flatMap((port): ServiceTarget[] => {
      const workloadPort = (workload.isLocal ? localPort(port.name, workload.pod) : undefined) ?? (typeof port.targetPort === 'number' ? port.targetPort : namedPort(port.targetPort, workload.pod))
      return workloadPort === undefined ? [] : [{ service: service.key, port: port.number, workloadPort }]
    })
  }).sort((a, b) => a.workloadPort - b.workloadPort)

const localPort = (name: string, pod: Resource<PodSpec, unknown> | undefined): number | undefined =>
  pod?.spec.containers.flatMap((container) => container.ports ?? []).find((port) => (port.name ?? '') === name)?.containerPort

function namedPort(name: string, pod: Resource<PodSpec, unknown> | undefined): number | undefined {
  const ports = pod?.spec.containers.flatMap((container) => container.ports ?? []) ?? []
  return ports.find((port) => port.name === name)?.containerPort ?? (/^\d+$/.test(name) ? Number(name) : undefined)
}
