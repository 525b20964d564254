/** What to start for a LocalMesh, as data: programs, arguments, environments, bootstrap files and checks. */
import type { LocalMeshSpec, LocalReadiness, LoopbackPlan, Resource } from '@istio-ts/api-types'
import type { Callable } from '../callable.ts'
import { ISTIOD_USES, type PortLedger } from '../ports/ledger.ts'
import { localProcesses, processKey } from '../processes.ts'
import { processEnvironment, withoutProxyVariables, type Environment } from './environment.ts'
import { bootstrapFile } from './file-names.ts'
import { proxyBootstrap, type LocalProxyBootstrap } from './proxy-bootstrap.ts'

/** One program to keep running. */
export interface LaunchItem {
  /** `istiod`, `app/<ns>/<name>` or `proxy/<ns>/<name>`: how state files and logs name it. */
  readonly id: string
  readonly role: 'istiod' | 'proxy' | 'app'
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Environment
  /** Changes when the running process no longer is what the files say (its inherited environment does not count). */
  readonly version: string
  /** Ports that must be free before it starts; a busy one is the user's problem to hear about. */
  readonly needsPorts: readonly number[]
  readonly check: LaunchCheck
}

/** How its readiness is asked for. */
export type LaunchCheck =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'http'; readonly port: number; readonly path: string }
  | { readonly kind: 'none' }

/** Everything that runs, and the files it reads. */
export interface LaunchPlan {
  readonly items: readonly LaunchItem[]
  /** Bootstrap of each sidecar and gateway, by process key. */
  readonly bootstraps: Readonly<Record<string, LocalProxyBootstrap>>
  /** Identities that need a token: process key -> `system:serviceaccount:<ns>:<sa>`. */
  readonly subjects: Readonly<Record<string, string>>
}

/** Where programs and files are; all paths absolute. */
export interface LaunchSettings {
  /** The Node that runs istiod and the proxies (never the caller's). */
  readonly node: string
  readonly istiodBin: string
  readonly proxyBin: string
  readonly stateFolder: string
  readonly configFolder: string
  /** Folder of the LocalMesh's file: what `cwd` is relative to. */
  readonly meshFolder: string
  readonly inherited: Environment
  readonly resolvePath: (base: string, relative: string) => string
}

/** Plans the whole mesh. `callable` and `ledger` as of {@link loopbackPlans}. */
export function launchPlan(mesh: Resource<LocalMeshSpec>, plans: readonly LoopbackPlan[], callable: readonly Callable[], ledger: PortLedger, settings: LaunchSettings): LaunchPlan {
  const byKey = new Map(plans.map((plan) => [plan.key, plan]))
  const processes = localProcesses(mesh.spec)
  const bootstraps = Object.fromEntries([
    ...processes.flatMap((process) => planned(byKey, processKey(process), (plan) => proxyBootstrap({ plan, labels: process.workload.labels, serviceAccount: process.workload.serviceAccount, engine: process.workload.proxy }, ledger, settings))),
    ...mesh.spec.gateways.flatMap((gateway) => planned(byKey, processKey(gateway), (plan) => proxyBootstrap({ plan, labels: gateway.labels, serviceAccount: gateway.name, engine: 'istio-ts' }, ledger, settings))),
  ])
  const subjects = Object.fromEntries([
    ...processes.map((process) => [processKey(process), `system:serviceaccount:${process.namespace}:${process.workload.serviceAccount}`]),
    ...mesh.spec.gateways.map((gateway) => [processKey(gateway), `system:serviceaccount:${gateway.namespace}:${gateway.name}`]),
  ])
  const apps = processes.flatMap((process): readonly LaunchItem[] => {
    const plan = byKey.get(processKey(process))
    if (!process.workload.command || !plan) return []
    return [{
      id: `app/${processKey(process)}`,
      role: 'app',
      command: process.workload.command,
      cwd: settings.resolvePath(settings.meshFolder, process.workload.cwd),
      env: processEnvironment(process, plan, callable, settings.inherited),
      version: JSON.stringify([process.workload.command, process.workload.cwd, process.workload.env, process.ports]),
      needsPorts: process.ports.map((port) => port.targetPort),
      check: appCheck(process.workload.ready, process.ports[0]?.targetPort),
    }]
  })
  return { items: [istiodItem(ledger, settings), ...plans.map((plan) => proxyItem(plan, bootstraps[plan.key], settings)), ...apps], bootstraps, subjects }
}

/** The check of a process; without a port there is nothing to ask. */
export const appCheck = (ready: LocalReadiness, port: number | undefined): LaunchCheck =>
  port === undefined ? { kind: 'none' } : ready.http === undefined ? { kind: 'tcp', port } : { kind: 'http', port, path: ready.http }

function istiodItem(ledger: PortLedger, settings: LaunchSettings): LaunchItem {
  const port = (use: string): string => String(ledger[`istiod/${use}`] ?? 0)
  return {
    id: 'istiod',
    role: 'istiod',
    command: [settings.node, settings.istiodBin, '--local', '--config-dir', settings.configFolder, '--state-dir', settings.stateFolder,
      '--xds-port', port('xds'), '--secure-xds-port', port('secure-xds'), '--http-port', port('http'), '--monitoring-port', port('monitoring')],
    cwd: settings.stateFolder,
    env: withoutProxyVariables(settings.inherited),
    version: JSON.stringify(ISTIOD_USES.map((use) => ledger[use])),
    needsPorts: [],
    check: { kind: 'http', port: ledger['istiod/http'] ?? 0, path: '/ready' },
  }
}

/** A laptop runs many sidecars: a young generation of 2 MB keeps one under 90 MB at rest (86 to 88 MB, against 92 with V8's own choice). */
const SIDECAR_MEMORY: readonly string[] = ['--max-semi-space-size=2']

const proxyItem = (plan: LoopbackPlan, bootstrap: LocalProxyBootstrap | undefined, settings: LaunchSettings): LaunchItem => ({
  id: `proxy/${plan.key}`,
  role: 'proxy',
  command: [settings.node, ...SIDECAR_MEMORY, settings.proxyBin, '--config', bootstrapFile(settings.stateFolder, plan.key)],
  cwd: settings.stateFolder,
  env: withoutProxyVariables(settings.inherited),
  version: JSON.stringify(bootstrap),
  needsPorts: plan.gatewayPorts.map((port) => port.listen),
  check: { kind: 'http', port: plan.admin, path: '/ready' },
})

const planned = <T>(plans: ReadonlyMap<string, LoopbackPlan>, key: string, make: (plan: LoopbackPlan) => T): readonly (readonly [string, T])[] => {
  const plan = plans.get(key)
  return plan ? [[key, make(plan)]] : []
}
