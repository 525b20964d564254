/** Why a local mesh is not ready, beside what istiod finds. */
import type { Diagnostic } from '@istio-ts/foundation'
import { httpGet } from './check.ts'
import { gatewayPortTaken, proxyNotReady, workloadNotReady } from './diagnostics.ts'
import { isPortFree } from './free-port.ts'
import { isDiagnostic } from './istiod-answers.ts'
import { listeningAddresses } from './listening-ports.ts'
import type { GatewayStatus, WorkloadStatus } from './local-status.ts'
import { envoyProblemFile, type SupervisorView } from './mesh-files.ts'
import { readJson } from './state-folder.ts'

const LISTENERS_MS = 1000

/** What the supervisor noted. */
export const toldProblems = (view: SupervisorView, stateFolder: string): readonly Diagnostic[] => view.problems.map((problem) => withEnvoyReason(problem, view, stateFolder))

/** A sidecar that ended because there is no Envoy says so: its reason stands where the end of the process was noticed. */
function withEnvoyReason(problem: Diagnostic, view: SupervisorView, stateFolder: string): Diagnostic {
  const workload = view.workloads.find(({ engine, plan }) => engine === 'envoy' && problem.code === 'MESH0822' && problem.message.startsWith(`proxy/${plan.key} `))
  const reason = workload && readJson(envoyProblemFile(stateFolder, workload.plan.key))
  return isDiagnostic(reason) ? { ...problem, severity: 'error', code: reason.code, message: reason.message, remedy: reason.remedy } : problem
}

/** Says of each that runs and is not ready what is missing; who waits shall not have to guess. */
export function notReady(view: SupervisorView, workloads: readonly WorkloadStatus[], gateways: readonly GatewayStatus[], thorough: boolean): readonly Diagnostic[] {
  return [
    ...workloads.flatMap((status, i) => {
      const workload = view.workloads[i]
      if (!workload) return []
      if (!status.proxy.ready) return status.proxy.pid === null ? [] : [proxyNotReady(workload.at, status.name)]
      return status.pid !== null && !status.ready ? [workloadNotReady(workload.at, status.name, workload.check, thorough ? listeningAddresses(status.pid) : [])] : []
    }),
    ...gateways.flatMap((status, i) => {
      const gateway = view.gateways[i]
      return gateway && status.pid !== null && !status.ready ? [proxyNotReady(gateway.at, status.name)] : []
    }),
  ]
}

/** Ports on which a running gateway should listen and cannot, because another program came first. */
export async function portsHeldByOthers(view: SupervisorView, gateways: readonly GatewayStatus[]): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const [i, status] of gateways.entries()) {
    const gateway = view.gateways[i]
    if (!gateway || status.pid === null || status.ready) continue
    const own = (await httpGet(gateway.plan.admin, '/listeners', LISTENERS_MS)).body.split('\n')
    for (const { listen } of gateway.plan.gatewayPorts) {
      const isOwn = own.some((line) => line.endsWith(`::127.0.0.1:${listen}`))
      if (!isOwn && !(await isPortFree(listen))) found.push(gatewayPortTaken(gateway.at, status.name, listen))
    }
  }
  return found
}
