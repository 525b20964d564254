/** Keeps a local mesh running as its folder says: ports, tokens, bootstraps, processes, readiness, endpoints. */
import { dirname, join, resolve } from 'node:path'
import type { Cancel, Clock, Diagnostic } from '@istio-ts/foundation'
import type { LocalMeshSpec, LoopbackPlan, Resource } from '@istio-ts/api-types'
import type { Callable } from '../callable.ts'
import { localCallables, selectLocalMesh } from '../derive/derive-local-mesh.ts'
import { loopbackPlans } from '../derive/loopback-plans.ts'
import { localMeshGone } from '../diagnostics.ts'
import { variableFindings, type Environment } from '../launch/environment.ts'
import { bootstrapFile, tokenFile } from '../launch/file-names.ts'
import { appCheck, launchPlan, type LaunchPlan } from '../launch/launch-plan.ts'
import { portUses, userPorts } from '../ports/ledger.ts'
import { localProcesses, processKey, type LocalProcess } from '../processes.ts'
import { assignPorts } from './assign-ports.ts'
import { holds } from './check.ts'
import { claim } from './claim.ts'
import { processProblem } from './diagnostics.ts'
import { noUsableMesh } from './errors.ts'
import { KeptProcesses } from './kept-processes.ts'
import { limitLogs } from './log-files.ts'
import { openTokenKey, signLocalToken } from './local-token.ts'
import { endpointsFile, logFile, meshFile, portsFile, processesFile, readLedger, readProcesses, viewFile } from './mesh-files.ts'
import { makeStateFolder, removeRunFiles, writeJson, writeText } from './state-folder.ts'
import { trustDomainOf, viewOf } from './supervisor-view.ts'

/** What the files say now. */
export interface FolderContent {
  readonly resources: readonly Resource[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What the supervisor needs of the outside. */
export interface SupervisorDeps {
  readonly clock: Clock
  readonly log: (line: string) => void
  /** Watches the folder; calls back with everything whenever something changed, first before it resolves. */
  readonly watch: (folder: string, onContent: (content: FolderContent) => void) => Promise<{ stop(): Promise<void> }>
}

/** What to supervise; all paths absolute. */
export interface SupervisorOptions {
  readonly folder: string
  readonly stateFolder: string
  readonly node: string
  readonly istiodBin: string
  readonly proxyBin: string
  readonly inherited: Environment
}

/** A running supervisor. */
export interface Supervisor {
  /** Ends pauses before restarts: somebody said `up` again. */
  poke(): void
  /** Stops everything it keeps and removes the run files. */
  stop(): Promise<void>
}

/** Tokens are made anew long before they end; a stopped supervisor leaves them valid for a day. */
const TOKEN_SECONDS = 24 * 3600
const TOKEN_RENEW_MS = 3600_000
const TICK_MS = 200
const LOG_LIMIT_MS = 30_000
/** How long a process of somebody else may take to answer, and how often it is asked. */
const FOREIGN_CHECK_MS = 500
const FOREIGN_PAUSE_MS = 1000

/** Starts supervising. @throws MeshError MESH0810 if the folder is supervised already, MESH0811 without a LocalMesh. */
export async function supervise(deps: SupervisorDeps, options: SupervisorOptions): Promise<Supervisor> {
  const { stateFolder } = options
  makeStateFolder(stateFolder)
  claim(stateFolder)
  const tokenKey = openTokenKey(stateFolder)
  const programs = new KeptProcesses({ clock: deps.clock, log: deps.log, logFile: (id) => logFile(stateFolder, id), onChange: () => publish() })
  const foreignReady = new Map<string, boolean>()
  let ledger = readLedger(stateFolder)
  let state: MeshState | undefined
  let problems: readonly Diagnostic[] = []
  let work = Promise.resolve()
  let stopping = false
  const timers = new Map<string, Cancel>()

  /** Runs `action` again and again, with a pause after each. */
  function repeat(name: string, pauseMs: number, action: () => Promise<void> | void): void {
    timers.set(name, deps.clock.after(pauseMs, () => void Promise.resolve(action()).catch(report).then(() => {
      if (!stopping) repeat(name, pauseMs, action)
    })))
  }

  const report = (error: unknown): void => deps.log(error instanceof Error ? (error.stack ?? error.message) : String(error))

  /** Writes what others read; called at each change, cheap because unchanged files are not written. */
  function publish(): void {
    if (!state || stopping) return
    const { mesh } = state
    const isReady = (local: LocalProcess, key: string): boolean => (local.workload.command ? programs.isReady(`app/${key}`) : foreignReady.get(key) === true)
    writeJson(processesFile(stateFolder), programs.records)
    writeJson(endpointsFile(stateFolder), Object.fromEntries(localProcesses(mesh.spec).map((local) => {
      const key = processKey(local)
      return [key, isReady(local, key) && programs.isReady(`proxy/${key}`)]
    })))
    const ofPrograms = [...programs.all.values()].flatMap(({ item, problem }) => (problem ? [processProblem(mesh, item.id, problem)] : []))
    writeJson(viewFile(stateFolder), { ...viewOf({ ...state, folder: options.folder }), problems: [...problems, ...ofPrograms] })
  }

  async function take(content: FolderContent): Promise<void> {
    const { mesh, diagnostics } = selectLocalMesh(content.resources, state?.mesh.metadata.name)
    if (!mesh) {
      problems = [...content.diagnostics, ...diagnostics, ...(state ? [localMeshGone(state.mesh)] : [])]
      deps.log('the folder has no LocalMesh any more; the last one stays in force')
      return publish()
    }
    const callable = localCallables(content.resources, mesh)
    const left = programs.all.size === 0 ? readProcesses(stateFolder) : {}
    ledger = await assignPorts({ ledger, uses: portUses(mesh.spec, callable), reserved: userPorts(mesh.spec), running: programs.all.size > 0 || Object.keys(left).length > 0, seed: stateFolder })
    writeJson(portsFile(stateFolder), ledger)
    const plans = loopbackPlans(mesh.spec, callable, ledger)
    const meshFolder = mesh.source ? dirname(join(options.folder, mesh.source.file)) : options.folder
    const launch = launchPlan(mesh, plans, callable, ledger, { ...options, configFolder: options.folder, meshFolder, resolvePath: resolve })
    state = { mesh, plans, launch, trustDomain: trustDomainOf(content.resources) }
    problems = [...content.diagnostics, ...diagnostics, ...nameFindings(mesh, plans, callable)]
    writeJson(meshFile(stateFolder), { name: mesh.metadata.name, folder: options.folder })
    for (const [key, bootstrap] of Object.entries(launch.bootstraps)) writeJson(bootstrapFile(stateFolder, key), bootstrap)
    writeTokens(launch)
    await programs.fit(launch.items, left)
    publish()
  }

  function writeTokens(launch: LaunchPlan): void {
    const now = Math.floor(deps.clock.now() / 1000)
    for (const [key, subject] of Object.entries(launch.subjects)) writeText(tokenFile(stateFolder, key), signLocalToken(tokenKey, subject, now, TOKEN_SECONDS))
  }

  /** Processes that somebody else starts: their state is known only by asking. */
  async function askForeign(): Promise<void> {
    for (const local of state ? localProcesses(state.mesh.spec) : []) {
      if (local.workload.command) continue
      const ready = await holds(appCheck(local.workload.ready, local.ports[0]?.targetPort), FOREIGN_CHECK_MS)
      if (foreignReady.get(processKey(local)) === ready) continue
      foreignReady.set(processKey(local), ready)
      publish()
    }
  }

  const watching = await deps.watch(options.folder, (content) => void (work = work.then(() => (stopping ? undefined : take(content))).catch(report)))
  await work
  if (!state) {
    await watching.stop()
    removeRunFiles(stateFolder)
    throw noUsableMesh(options.folder)
  }
  await askForeign()
  repeat('tick', TICK_MS, () => programs.tick())
  repeat('foreign', FOREIGN_PAUSE_MS, askForeign)
  repeat('tokens', TOKEN_RENEW_MS, () => (state ? writeTokens(state.launch) : undefined))
  repeat('logs', LOG_LIMIT_MS, () => limitLogs(stateFolder))

  return {
    poke: () => programs.poke(),
    async stop() {
      stopping = true
      for (const cancel of timers.values()) cancel()
      await watching.stop()
      await work
      await programs.stop()
      removeRunFiles(stateFolder)
    },
  }
}

interface MeshState {
  readonly mesh: Resource<LocalMeshSpec>
  readonly plans: readonly LoopbackPlan[]
  readonly launch: LaunchPlan
  readonly trustDomain: string
}

/** Seen from each namespace once: its workloads find the same services. */
function nameFindings(mesh: Resource<LocalMeshSpec>, plans: readonly LoopbackPlan[], callable: readonly Callable[]): readonly Diagnostic[] {
  const oneOfEach = new Map(plans.filter((plan) => plan.role === 'sidecar').map((plan) => [plan.namespace, plan]))
  return [...oneOfEach].flatMap(([namespace, plan]) => variableFindings(mesh, namespace, plan, callable))
}
