/** What `istioctl local status` shows: read from the state folder and asked of the processes, so it needs neither supervisor nor istiod. */
import { formatSpiffeId, type Diagnostic } from '@istio-ts/foundation'
import type { LoopbackPlan } from '@istio-ts/api-types'
import { holds } from './check.ts'
import { supervisorGone } from './diagnostics.ts'
import { istiodFindings, syncedProxies } from './istiod-answers.ts'
import type { ProcessRecord } from './kept-process.ts'
import type { GatewayStatus, LocalStatus, WorkloadStatus } from './local-status.ts'
import { envoyPidFile, livingSupervisor, readIdentity, readLedger, readProcesses, readReadyProcesses, readView, type ViewWorkload } from './mesh-files.ts'
import { isAlive } from './process-identity.ts'
import { notReady, portsHeldByOthers, toldProblems } from './status-problems.ts'

const CHECK_MS = 1000

/**
 * Collects the state; undefined if the mesh is not up (no supervisor has written anything yet). Without `thorough` programs are not
 * asked themselves (what the supervisor last saw counts), nor is it looked for where they listen: for who looks many times a second.
 */
export async function collectStatus(stateFolder: string, thorough = true): Promise<LocalStatus | undefined> {
  const view = readView(stateFolder)
  if (!view) return undefined
  const processes = readProcesses(stateFolder)
  const ledger = readLedger(stateFolder)
  const http = ledger['istiod/http'] ?? 0
  const istiodPid = running(processes['istiod'])
  const istiodReady = istiodPid !== null && (await holds({ kind: 'http', port: http, path: '/ready' }, CHECK_MS))
  const [synced, findings] = istiodReady ? await Promise.all([syncedProxies(http), istiodFindings(http)]) : [new Set<string>(), []]
  const seen: Seen = { stateFolder, trustDomain: view.trustDomain, processes, published: readReadyProcesses(stateFolder), synced, thorough }
  const workloads = await Promise.all(view.workloads.map((workload) => workloadStatus(workload, seen)))
  const gateways = await Promise.all(view.gateways.map(({ plan }) => gatewayStatus(plan, seen)))
  return {
    name: view.name,
    ready: istiodReady && gateways.every((gateway) => gateway.ready) && workloads.every((status, i) => status.proxy.ready && (status.ready || view.workloads[i]?.started === false)),
    istiod: { pid: istiodPid, ready: istiodReady, restarts: processes['istiod']?.restarts ?? 0, admin: address(http), xds: address(ledger['istiod/xds'] ?? 0) },
    workloads,
    gateways,
    problems: unique([...toldProblems(view, stateFolder), ...findings, ...notReady(view, workloads, gateways, thorough), ...(await portsHeldByOthers(view, gateways)), ...(livingSupervisor(stateFolder) ? [] : [supervisorGone()])]),
  }
}

/** True while a living supervisor has taken the files: only then does `ready` speak of all that shall run, and is kept up. */
export function isSupervised(stateFolder: string): boolean {
  const supervisor = livingSupervisor(stateFolder)
  return supervisor !== undefined && readView(stateFolder)?.supervisor === supervisor.pid
}

/** What is looked up once for all workloads and gateways. */
interface Seen {
  readonly stateFolder: string
  readonly trustDomain: string
  readonly processes: Readonly<Record<string, ProcessRecord>>
  readonly published: ReadonlySet<string>
  readonly synced: ReadonlySet<string>
  readonly thorough: boolean
}

async function workloadStatus(workload: ViewWorkload, { stateFolder, trustDomain, processes, published, synced, thorough }: Seen): Promise<WorkloadStatus> {
  const { plan } = workload
  const app = processes[`app/${plan.key}`]
  const proxy = processes[`proxy/${plan.key}`]
  const pid = running(app)
  const proxyPid = workload.engine === 'envoy' ? running(proxy) && running(readIdentity(envoyPidFile(stateFolder, plan.key))) : running(proxy)
  const proxyReady = proxyPid !== null && (await holds({ kind: 'http', port: plan.admin, path: '/ready' }, CHECK_MS))
  const mayBeReady = workload.started ? pid !== null : true
  return {
    name: workload.name,
    namespace: workload.namespace,
    service: workload.service,
    pid,
    ready: mayBeReady && published.has(plan.key) && (!thorough || (await holds(workload.check, CHECK_MS))),
    restarts: app?.restarts ?? 0,
    principal: formatSpiffeId({ trustDomain, namespace: workload.namespace, serviceAccount: workload.serviceAccount }),
    proxy: {
      kind: workload.engine,
      pid: proxyPid,
      ready: proxyReady,
      restarts: proxy?.restarts ?? 0,
      admin: address(plan.admin),
      synced: proxyReady && synced.has(`${workload.name}.${workload.namespace}`),
      httpProxy: address(plan.httpProxy ?? 0),
      inbound: plan.inbound.map(({ targetPort, listen }) => ({ port: targetPort, listen: address(listen) })),
      outbound: plan.outbound.map(({ host, port, listen }) => ({ host, port, listen: address(listen) })),
    },
  }
}

async function gatewayStatus(plan: LoopbackPlan, { processes }: Seen): Promise<GatewayStatus> {
  const record = processes[`proxy/${plan.key}`]
  const pid = running(record)
  return {
    name: plan.workload,
    namespace: plan.namespace,
    pid,
    ready: pid !== null && (await holds({ kind: 'http', port: plan.admin, path: '/ready' }, CHECK_MS)),
    restarts: record?.restarts ?? 0,
    admin: address(plan.admin),
    ports: plan.gatewayPorts.map(({ port, listen }) => ({ port, listen: address(listen) })),
  }
}

const unique = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...new Map(diagnostics.map((finding) => [`${finding.code} ${finding.source?.file}:${finding.source?.line}:${finding.source?.column} ${finding.message}`, finding])).values()]

const address = (port: number): string => `127.0.0.1:${port}`
const running = (record: { readonly pid: number; readonly startTime: string } | undefined): number | null => (record && isAlive(record) ? record.pid : null)
