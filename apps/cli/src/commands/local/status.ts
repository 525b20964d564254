/** `istioctl local status`: exits 0 whenever it can answer. */
import { formatDiagnostic } from '@istio-ts/foundation'
import { collectStatus, type LocalStatus } from '@istio-ts/local/node'
import { formatTable } from '../../output/table.ts'
import type { CliContext } from '../../context.ts'
import { notUp } from './errors.ts'
import { findMesh } from './find-mesh.ts'
import type { FolderFlags } from './flags.ts'
import { wantsJson } from './read-flags.ts'

/** Shows the state of the mesh. */
export async function status(flags: FolderFlags, context: CliContext): Promise<void> {
  const json = wantsJson(flags.output)
  const mesh = await findMesh(flags.filename, context)
  const state = await collectStatus(mesh.stateFolder)
  if (!state) throw notUp(mesh.folder)
  context.out(json ? `${JSON.stringify(state, null, 2)}\n` : statusTable(state))
}

/** The state as a table, and its problems below. */
export function statusTable(state: LocalStatus): string {
  const yes = (value: boolean): string => (value ? 'yes' : 'no')
  const rows = [
    ['istiod', 'istio-system', yes(state.istiod.ready), '-', String(state.istiod.pid ?? '-'), String(state.istiod.restarts), `xds ${state.istiod.xds}, admin ${state.istiod.admin}`],
    ...state.gateways.map((gateway) => [gateway.name, gateway.namespace, yes(gateway.ready), yes(gateway.ready), String(gateway.pid ?? '-'), String(gateway.restarts), gateway.ports.map((port) => `${port.port} on ${port.listen}`).join(', ')]),
    ...state.workloads.map((workload) => [
      workload.name, workload.namespace, yes(workload.ready), `${yes(workload.proxy.ready)}${workload.proxy.synced ? '' : ', not synced'}${workload.proxy.kind === 'envoy' ? ' (envoy)' : ''}`, String(workload.pid ?? '-'), String(workload.restarts + workload.proxy.restarts),
      `proxy ${workload.proxy.httpProxy}, admin ${workload.proxy.admin}`,
    ]),
  ]
  const table = formatTable(['NAME', 'NAMESPACE', 'READY', 'SIDECAR', 'PID', 'RESTARTS', 'ADDRESSES'], rows)
  const problems = state.problems.map((problem) => `${formatDiagnostic(problem)}\n`).join('')
  return `${table}${problems === '' ? '' : `\n${problems}`}`
}
