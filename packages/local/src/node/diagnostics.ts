/** Problems of processes, with the place in the LocalMesh that asked for them. */
import { parseJsonPath, type Diagnostic } from '@istio-ts/foundation'
import { refOf, type LocalMeshSpec, type Resource } from '@istio-ts/api-types'
import { localProcesses, processKey } from '../processes.ts'
import type { KeeperProblem } from './kept-process.ts'

/** Says what happened to the process `id` (see LaunchItem), and where it is defined. */
export function processProblem(mesh: Resource<LocalMeshSpec>, id: string, problem: KeeperProblem): Diagnostic {
  const path = pathOf(mesh.spec, id, problem.port)
  const base = { resource: refOf(mesh), ...(path ? { path } : {}), ...(mesh.source ? { source: mesh.source.locate(parseJsonPath(path ?? '')) } : {}) }
  switch (problem.kind) {
    case 'port-in-use':
      return { ...base, code: 'MESH0820', severity: 'error', message: `Port ${problem.port} is in use by another program, so ${id} is not started. It is tried again.`, remedy: 'End that program, or choose another port here.' }
    case 'cannot-start':
      return { ...base, code: 'MESH0821', severity: 'error', message: `${id}: ${problem.detail}. It is tried again.`, remedy: 'Check command and cwd.' }
    case 'exited':
      return { ...base, code: 'MESH0822', severity: 'warning', message: `${id} ${problem.detail}. It is started again.`, remedy: `See \`istioctl local logs ${id.split('/').at(-1)}\`.` }
  }
}

function pathOf(spec: LocalMeshSpec, id: string, port: number | undefined): string | undefined {
  const key = id.split('/').slice(1).join('/')
  const gateway = spec.gateways.findIndex((candidate) => processKey(candidate) === key)
  if (gateway >= 0) {
    const at = spec.gateways[gateway]?.ports.findIndex((entry) => entry.listen === port) ?? -1
    return at >= 0 ? `spec.gateways[${gateway}].ports[${at}].listen` : `spec.gateways[${gateway}]`
  }
  const process = localProcesses(spec).find((candidate) => processKey(candidate) === key)
  if (!process) return undefined
  const workload = spec.workloads.indexOf(process.workload)
  const at = process.ports.findIndex((entry) => entry.targetPort === port)
  return at >= 0 ? `spec.workloads[${workload}].ports[${at}].targetPort` : `spec.workloads[${workload}].${id.startsWith('app/') ? 'command' : 'name'}`
}

/** The supervisor is dead: everything else goes on, but nothing is restarted. */
export const supervisorGone = (): Diagnostic => ({
  code: 'MESH0823', severity: 'warning',
  message: 'The supervisor of this mesh is not running: what runs goes on, but nothing that dies is started again.',
  remedy: 'Run `istioctl local up` again.',
})
