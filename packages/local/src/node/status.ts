/** What `istioctl local status` shows: read from the state folder and asked of the processes, so it needs neither supervisor nor istiod. */
import type { Diagnostic } from '@istio-ts/foundation'
import type { LoopbackPlan } from '@istio-ts/api-types'
import { formatSpiffeId } from '@istio-ts/foundation'
import { holds, httpGet } from './check.ts'
import { gatewayPortTaken, proxyNotReady, supervisorGone, workloadNotReady } from './diagnostics.ts'
import { envoyPidFile, envoyProblemFile, livingSupervisor, readIdentity, readLedger, readProcesses, readReadyProcesses, readView, type SupervisorView, type ViewWorkload } from './mesh-files.ts'
import type { ProcessRecord } from './kept-process.ts'
import { isPortFree } from './free-port.ts'
import { listeningAddresses } from './listening-ports.ts'
import { isAlive } from './process-identity.ts'
import { readJson } from './state-folder.ts'

/** The state of a mesh. Its form is a contract; addresses are `127.0.0.1:n`. */
export interface LocalStatus {
  readonly name: string
  /** True if istiod, every process with a command, every sidecar and every gateway is ready. */
  readonly ready: boolean
  readonly istiod: { readonly pid: number | null; readonly ready: boolean; readonly restarts: number; readonly admin: string; readonly xds: string }
  readonly workloads: readonly WorkloadStatus[]
  readonly gateways: readonly GatewayStatus[]
  readonly problems: readonly Diagnostic[]
}

/** A workload and its sidecar. `ready` = its own check holds and its endpoint is published. */
export interface WorkloadStatus {
  readonly name: string
  readonly namespace: string
  readonly service: string | null
  readonly pid: number | null
  readonly ready: boolean
  readonly restarts: number
  readonly principal: string
  readonly proxy: {
    readonly kind: 'istio-ts' | 'envoy'
    /** The process that carries traffic: Envoy itself for `proxy: envoy`. */
    readonly pid: number | null
    readonly ready: boolean
    readonly restarts: number
    readonly admin: string
    /** True if it has acknowledged the newest configuration; false while istiod is away. */
    readonly synced: boolean
    readonly httpProxy: string
    readonly inbound: readonly { readonly port: number; readonly listen: string }[]
    readonly outbound: readonly { readonly host: string; readonly port: number; readonly listen: string }[]
  }
}

/** A gateway. */
export interface GatewayStatus {
  readonly name: string
  readonly namespace: string
  readonly pid: number | null
  readonly ready: boolean
  readonly restarts: number
  readonly admin: string
  readonly ports: readonly { readonly port: number; readonly listen: string }[]
}

const CHECK_MS = 1000

/**
 * Collects the state; undefined if the mesh is not up (no supervisor has written anything yet). Without `thorough` programs are not
 * asked themselves (what the supervisor last saw counts), nor is it looked for where they listen: for who looks many times a second.
 */
export async function collectStatus(stateFolder: string, thorough = true): Promise<LocalStatus | undefined> {
  const view = readView(stateFolder)
  if (!view) return undefined
  const processes = readProcesses(stateFolder)
  const published = readReadyProcesses(stateFolder)
  const ledger = readLedger(stateFolder)
  const http = ledger['istiod/http'] ?? 0
  const istiodRecord = running(processes['istiod'])
  const istiodReady = istiodRecord !== null && (await holds({ kind: 'http', port: http, path: '/ready' }, CHECK_MS))
  const [synced, findings] = istiodReady ? await Promise.all([syncedProxies(http), istiodFindings(http)]) : [new Set<string>(), []]
  const workloads = await Promise.all(view.workloads.map((workload) => workloadStatus(workload, view, processes, published, synced, stateFolder, thorough)))
  const gateways = await Promise.all(view.gateways.map(({ plan }) => gatewayStatus(plan, processes)))
  const problems = [...view.problems.map((problem) => withEnvoyReason(problem, view, stateFolder)), ...findings, ...notReady(view, workloads, gateways, thorough), ...(await portsHeldByOthers(view, gateways)), ...(livingSupervisor(stateFolder) ? [] : [supervisorGone()])]
  return {
    name: view.name,
    ready: istiodReady && gateways.every((gateway) => gateway.ready) && workloads.every((status, i) => status.proxy.ready && (status.ready || view.workloads[i]?.started === false)),
    istiod: { pid: istiodRecord, ready: istiodReady, restarts: processes['istiod']?.restarts ?? 0, admin: address(http), xds: address(ledger['istiod/xds'] ?? 0) },
    workloads,
    gateways,
    problems: unique(problems),
  }
}

/** True while a living supervisor has taken the files: only then does `ready` speak of all that shall run, and is kept up. */
export function isSupervised(stateFolder: string): boolean {
  const supervisor = livingSupervisor(stateFolder)
  return supervisor !== undefined && readView(stateFolder)?.supervisor === supervisor.pid
}

/** Says of each that runs and is not ready what is missing; who waits shall not have to guess. */
function notReady(view: SupervisorView, workloads: readonly WorkloadStatus[], gateways: readonly GatewayStatus[], thorough: boolean): readonly Diagnostic[] {
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

/** A sidecar that ended because there is no Envoy says so: its reason stands where the end of the process was noticed. */
function withEnvoyReason(problem: Diagnostic, view: SupervisorView, stateFolder: string): Diagnostic {
  const workload = view.workloads.find(({ engine, plan }) => engine === 'envoy' && problem.code === 'MESH0822' && problem.message.startsWith(`proxy/${plan.key} `))
  const reason = workload && readJson(envoyProblemFile(stateFolder, workload.plan.key))
  return isDiagnostic(reason) ? { ...problem, severity: 'error', code: reason.code, message: reason.message, remedy: reason.remedy } : problem
}

/** Ports on which a running gateway should listen and cannot, because another program came first. */
async function portsHeldByOthers(view: SupervisorView, gateways: readonly GatewayStatus[]): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const [i, status] of gateways.entries()) {
    const gateway = view.gateways[i]
    if (!gateway || status.pid === null || status.ready) continue
    const own = (await httpGet(gateway.plan.admin, '/listeners', CHECK_MS)).body.split('\n')
    for (const { listen } of gateway.plan.gatewayPorts) {
      const isOwn = own.some((line) => line.endsWith(`::${address(listen)}`))
      if (!isOwn && !(await isPortFree(listen))) found.push(gatewayPortTaken(gateway.at, status.name, listen))
    }
  }
  return found
}

async function workloadStatus(workload: ViewWorkload, view: SupervisorView, processes: Readonly<Record<string, ProcessRecord>>, published: ReadonlySet<string>, synced: ReadonlySet<string>, stateFolder: string, thorough: boolean): Promise<WorkloadStatus> {
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
    principal: formatSpiffeId({ trustDomain: view.trustDomain, namespace: workload.namespace, serviceAccount: workload.serviceAccount }),
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

async function gatewayStatus(plan: LoopbackPlan, processes: Readonly<Record<string, ProcessRecord>>): Promise<GatewayStatus> {
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

/** Proxies (`<name>.<namespace>`) that have acknowledged all that istiod has for them. */
async function syncedProxies(http: number): Promise<ReadonlySet<string>> {
  const rows = parseList((await httpGet(http, '/debug/syncz', CHECK_MS)).body)
  return new Set(rows.flatMap((row) => (typeof row['proxy'] === 'string' && isSynced(row) ? [row['proxy']] : [])))
}

/** Every `<type>_sent` has its `<type>_acked`, as in istiod's own /debug/syncz, and nothing is refused. */
const isSynced = (row: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(row['errors'] ?? {}).length === 0 && Object.entries(row).every(([name, value]) => !name.endsWith('_sent') || row[name.replace('_sent', '_acked')] === value)

async function istiodFindings(http: number): Promise<readonly Diagnostic[]> {
  return parseList((await httpGet(http, '/debug/diagnostics', CHECK_MS)).body).flatMap((row: unknown) => (isDiagnostic(row) ? [row] : []))
}

function parseList(text: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter((row): row is Readonly<Record<string, unknown>> => typeof row === 'object' && row !== null) : []
  } catch {
    return []
  }
}

const isDiagnostic = (value: unknown): value is Diagnostic =>
  typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'message' in value && typeof value.message === 'string'

const unique = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...new Map(diagnostics.map((finding) => [`${finding.code} ${finding.source?.file}:${finding.source?.line}:${finding.source?.column} ${finding.message}`, finding])).values()]

const address = (port: number): string => `127.0.0.1:${port}`
const running = (record: { readonly pid: number; readonly startTime: string } | undefined): number | null => (record && isAlive(record) ? record.pid : null)
