/** The processes of a LocalMesh: one workload with replicas is several. */
import type { LocalGateway, LocalMeshSpec, LocalPort, LocalWorkload } from '@istio-ts/api-types'

/** One process = one pod of a cluster. */
export interface LocalProcess {
  /** `<name>`, or `<name>-<i>` when there are replicas. */
  readonly name: string
  readonly namespace: string
  readonly workload: LocalWorkload
  readonly replica: number
  /** The workload's ports, with the targetPort of this replica. */
  readonly ports: readonly LocalPort[]
}

/** All processes, in the order of the file. Replica i listens on targetPort + i. */
export const localProcesses = (spec: LocalMeshSpec): readonly LocalProcess[] =>
  spec.workloads.flatMap((workload) => Array.from({ length: workload.replicas }, (_, replica): LocalProcess => ({
    name: workload.replicas === 1 ? workload.name : `${workload.name}-${replica}`,
    namespace: workload.namespace,
    workload,
    replica,
    ports: workload.ports.map((port) => ({ ...port, targetPort: port.targetPort + replica })),
  })))

/** `namespace/name`, how state files, plans and status name a process or gateway. */
export const processKey = (process: Pick<LocalProcess | LocalGateway, 'namespace' | 'name'>): string => `${process.namespace}/${process.name}`
