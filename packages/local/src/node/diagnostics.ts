/** Problems of processes, with the place in the LocalMesh that asked for them. */
import { parseJsonPath, type Diagnostic } from '@istio-ts/foundation'
import { refOf, type LocalMeshSpec, type Resource } from '@istio-ts/api-types'
import { localProcesses, processKey } from '../processes.ts'
import type { LaunchCheck } from '../launch/launch-plan.ts'
import type { ListeningAddress } from './listening-ports.ts'
import type { KeeperProblem } from './kept-process.ts'
import type { Place } from './mesh-files.ts'

/** Says what happened to the process `id` (see LaunchItem), and where it is defined. */
export function processProblem(mesh: Resource<LocalMeshSpec>, id: string, problem: KeeperProblem): Diagnostic {
  const base = placeOf(mesh, id, problem.port)
  switch (problem.kind) {
    case 'port-in-use':
      return { ...base, code: 'MESH0820', severity: 'error', message: `Port ${problem.port} is in use by another program, so ${id} is not started. It is tried again.`, remedy: 'End that program, or choose another port here.' }
    case 'cannot-start':
      return { ...base, code: 'MESH0821', severity: 'error', message: `${id}: ${problem.detail}. It is tried again.`, remedy: 'Check command and cwd.' }
    case 'exited':
      return { ...base, code: 'MESH0822', severity: 'warning', message: `${id} ${problem.detail}. It is started again.`, remedy: `See \`istioctl local logs ${id.split('/').at(-1)}\`${problem.detail === 'ended with code 0' ? '; a command has to stay in the foreground' : ''}.` }
  }
}

/** Where the process `id` is defined, or the port of it. */
export function placeOf(mesh: Resource<LocalMeshSpec>, id: string, port?: number): Place {
  const path = pathOf(mesh.spec, id, port)
  return { resource: refOf(mesh), ...(path ? { path } : {}), ...(mesh.source ? { source: mesh.source.locate(parseJsonPath(path ?? '')) } : {}) }
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

/** A process runs, but its own check does not hold. */
export const workloadNotReady = (at: Place, name: string, check: LaunchCheck, listening: readonly ListeningAddress[]): Diagnostic => ({
  ...at, code: 'MESH0824', severity: 'warning',
  message: `${name} runs but is not ready: ${failedCheck(check)}${listensElsewhere(check, listening)}.`,
  remedy: `See \`istioctl local logs ${name}\`; the process has to listen on its targetPort (variable PORT) on 127.0.0.1 or on all addresses, and \`ready\` to fit it.`,
})

function failedCheck(check: LaunchCheck): string {
  switch (check.kind) {
    case 'http': return `GET http://127.0.0.1:${check.port}${check.path} is not answered with 200 to 399`
    case 'tcp': return `nothing accepts connections on 127.0.0.1:${check.port}`
    case 'none': return 'its endpoint is not published yet'
  }
}

/** Where it listens instead; nothing if it listens where it should, or nowhere. */
function listensElsewhere(check: LaunchCheck, listening: readonly ListeningAddress[]): string {
  const isRight = ({ host, port }: ListeningAddress): boolean => check.kind !== 'none' && port === check.port && host !== '[::1]'
  if (listening.length === 0 || listening.some(isRight)) return ''
  return `; it listens on ${listening.map(({ host, port }) => `${host}:${port}`).join(', ')}`
}

/** A sidecar or gateway runs, but has no configuration or certificate yet, or does not listen. */
export const proxyNotReady = (at: Place, name: string): Diagnostic => ({
  ...at, code: 'MESH0825', severity: 'warning',
  message: `The proxy of ${name} runs but is not ready: it has no configuration or no certificate yet, or cannot listen.`,
  remedy: `See \`istioctl local logs ${name}\` and \`istioctl local logs istiod\`.`,
})

/** A gateway runs, but another program has one of its ports. */
export const gatewayPortTaken = (at: Place, name: string, port: number): Diagnostic => ({
  ...at, code: 'MESH0826', severity: 'error',
  message: `Gateway ${name} cannot listen on 127.0.0.1:${port}: the port is in use by another program. Its other ports go on.`,
  remedy: 'End that program, or choose another `listen` here.',
})
