/** Keeps a local mesh running as its folder says: ports, tokens, bootstraps, processes, readiness, endpoints. */
import { createHash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { MeshError, type Cancel, type Clock, type Diagnostic } from '@istio-ts/foundation'
import type { LocalMeshSpec, LoopbackPlan, Resource } from '@istio-ts/api-types'
import { deriveLocalMesh, localCallables, selectLocalMesh } from '../derive/derive-local-mesh.ts'
import { bootstrapFile, tokenFile } from '../launch/file-names.ts'
import { appCheck, launchPlan, type LaunchItem, type LaunchPlan } from '../launch/launch-plan.ts'
import { variableFindings, type Environment } from '../launch/environment.ts'
import { completeLedger, portUses, userPorts, type PortLedger } from '../ports/ledger.ts'
import { localMeshGone } from '../diagnostics.ts'
import { localProcesses, processKey } from '../processes.ts'
import { holds } from './check.ts'
import { placeOf, processProblem } from './diagnostics.ts'
import { findFreePorts, isPortFree } from './free-port.ts'
import { KeptProcess } from './kept-process.ts'
import { openTokenKey, signLocalToken } from './local-token.ts'
import { endpointsFile, logFile, meshFile, portsFile, processesFile, readIdentity, readLedger, readProcesses, supervisorFile, viewFile, type SupervisorView } from './mesh-files.ts'
import { identifyProcess, isAlive, signalGroup } from './process-identity.ts'
import { makeStateFolder, removeRunFiles, writeJson, writeText } from './state-folder.ts'

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
/** Processes that start at the same time; more would only slow each other down on a laptop. */
const PARALLEL_STARTS = 4
const STOP_GRACE_MS = 5000

/** Starts supervising. @throws MeshError MESH0810 if the folder is supervised already, MESH0811 without a LocalMesh. */
export async function supervise(deps: SupervisorDeps, options: SupervisorOptions): Promise<Supervisor> {
  const { stateFolder } = options
  makeStateFolder(stateFolder)
  claim(stateFolder)
  const tokenKey = openTokenKey(stateFolder)
  const kept = new Map<string, KeptProcess>()
  const foreignReady = new Map<string, boolean>()
  let ledger = readLedger(stateFolder)
  let state: MeshState | undefined
  let problems: readonly Diagnostic[] = []
  let work = Promise.resolve()
  let timer: Cancel | undefined
  let stopping = false

  const keeperDeps = { clock: deps.clock, log: deps.log, logFile: (id: string) => logFile(stateFolder, id), onChange: () => publish() }

  /** Writes what others read; called at each change, cheap because unchanged files are not written. */
  function publish(): void {
    if (!state || stopping) return
    writeJson(processesFile(stateFolder), Object.fromEntries([...kept].map(([id, process]) => [id, process.record])))
    writeJson(endpointsFile(stateFolder), Object.fromEntries(localProcesses(state.mesh.spec).map((process) => {
      const key = processKey(process)
      const own = process.workload.command ? kept.get(`app/${key}`)?.ready === true : foreignReady.get(key) === true
      return [key, own && kept.get(`proxy/${key}`)?.ready === true]
    })))
    const { mesh } = state
    writeJson(viewFile(stateFolder), { ...viewOf(options, state), problems: [...problems, ...[...kept.values()].flatMap((process) => (process.problem ? [processProblem(mesh, process.item.id, process.problem)] : []))] })
  }

  async function take(content: FolderContent): Promise<void> {
    const { mesh, diagnostics } = selectLocalMesh(content.resources)
    if (!mesh) {
      problems = [...content.diagnostics, ...diagnostics, ...(state ? [localMeshGone(state.mesh)] : [])]
      deps.log('the folder has no LocalMesh any more; the last one stays in force')
      return publish()
    }
    const callable = localCallables(content.resources, mesh)
    ledger = await assignPorts(ledger, portUses(mesh.spec, callable), userPorts(mesh.spec), stateFolder, kept.size > 0)
    writeJson(portsFile(stateFolder), ledger)
    const derived = deriveLocalMesh(content.resources, ledger, new Set())
    const meshFolder = mesh.source ? dirname(join(options.folder, mesh.source.file)) : options.folder
    const launch = launchPlan(mesh, derived.plans, callable, ledger, { ...options, configFolder: options.folder, meshFolder, resolvePath: resolve })
    state = { mesh, plans: derived.plans, launch, trustDomain: trustDomainOf(content.resources) }
    problems = [...content.diagnostics, ...diagnostics, ...uniqueFindings(mesh, derived.plans, callable)]
    writeJson(meshFile(stateFolder), { name: mesh.metadata.name, folder: options.folder })
    writeBootstraps(launch)
    await reconcile(launch.items)
    publish()
  }

  function writeBootstraps(launch: LaunchPlan): void {
    for (const [key, bootstrap] of Object.entries(launch.bootstraps)) writeJson(bootstrapFile(stateFolder, key), bootstrap)
    writeTokens(launch)
  }

  function writeTokens(launch: LaunchPlan): void {
    const now = Math.floor(deps.clock.now() / 1000)
    for (const [key, subject] of Object.entries(launch.subjects)) writeText(tokenFile(stateFolder, key), signLocalToken(tokenKey, subject, now, TOKEN_SECONDS))
  }

  async function reconcile(items: readonly LaunchItem[]): Promise<void> {
    const wanted = new Set(items.map((item) => item.id))
    const records = kept.size === 0 ? readProcesses(stateFolder) : {}
    for (const [id, record] of Object.entries(records)) if (!wanted.has(id)) signalGroup(record, 'SIGTERM')
    for (const [id, process] of kept) {
      if (wanted.has(id)) continue
      kept.delete(id)
      await process.stop(STOP_GRACE_MS)
    }
    const fresh: KeptProcess[] = []
    for (const item of items) {
      const process = kept.get(item.id)
      if (process) {
        await process.update(item)
        continue
      }
      const made = new KeptProcess(keeperDeps, item, records[item.id])
      kept.set(item.id, made)
      fresh.push(made)
    }
    await inParallel(PARALLEL_STARTS, fresh, (process) => process.start())
  }

  async function tick(): Promise<void> {
    await Promise.all([...kept.values()].map((process) => process.tick()))
    for (const process of state ? localProcesses(state.mesh.spec) : []) {
      if (process.workload.command) continue
      const ready = await holds(appCheck(process.workload.ready, process.ports[0]?.targetPort), 500)
      if (foreignReady.get(processKey(process)) === ready) continue
      foreignReady.set(processKey(process), ready)
      publish()
    }
    schedule()
  }

  function schedule(): void {
    if (!stopping) timer = deps.clock.after(TICK_MS, () => void tick())
  }

  function renewTokens(): void {
    if (state && !stopping) writeTokens(state.launch)
    if (!stopping) deps.clock.after(TOKEN_RENEW_MS, renewTokens)
  }

  const watching = await deps.watch(options.folder, (content) => void (work = work.then(() => (stopping ? undefined : take(content))).catch((error: unknown) => deps.log(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}`))))
  await work
  if (!state) {
    await watching.stop()
    removeRunFiles(stateFolder)
    throw new MeshError({ code: 'MESH0811', message: `The folder ${options.folder} has no usable LocalMesh.`, remedy: 'Add a resource of kind LocalMesh, or correct the one that is there.' })
  }
  schedule()
  deps.clock.after(TOKEN_RENEW_MS, renewTokens)

  return {
    poke: () => {
      for (const process of kept.values()) if (!process.identity) void process.start()
    },
    async stop() {
      stopping = true
      timer?.()
      await watching.stop()
      await work
      const all = [...kept.values()]
      await Promise.all(all.filter(({ item }) => item.role === 'app').map((process) => process.stop(STOP_GRACE_MS)))
      await Promise.all(all.filter(({ item }) => item.role === 'proxy').map((process) => process.stop(STOP_GRACE_MS)))
      await Promise.all(all.filter(({ item }) => item.role === 'istiod').map((process) => process.stop(STOP_GRACE_MS)))
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

/** One supervisor per mesh: the file names it, and counts only while that process lives. */
function claim(stateFolder: string): void {
  const other = readIdentity(supervisorFile(stateFolder))
  if (other && other.pid !== process.pid && isAlive(other)) throw new MeshError({ code: 'MESH0810', message: `The mesh is supervised already, by process ${other.pid}.`, remedy: 'Use `istioctl local status`, or take it down first.' })
  writeJson(supervisorFile(stateFolder), identifyProcess(process.pid) ?? { pid: process.pid, startTime: '' })
}

/** Keeps ports where they are; a kept port that somebody else took while the mesh was down is chosen anew. */
async function assignPorts(ledger: PortLedger, uses: readonly string[], reserved: ReadonlySet<number>, stateFolder: string, running: boolean): Promise<PortLedger> {
  const usable = running || Object.keys(readProcesses(stateFolder)).length > 0 ? ledger : await stillFree(ledger)
  const missing = uses.filter((use) => !Object.hasOwn(usable, use)).length
  const taken = new Set([...reserved, ...Object.values(usable)])
  const seed = createHash('sha256').update(stateFolder).digest().readUInt32BE(0)
  // Some spare ones, because a kept port may collide with a port that the user now asks for.
  const free = await findFreePorts(missing + 16, taken, seed)
  const stock = [...free]
  return completeLedger(usable, uses, reserved, (used) => {
    for (let port = stock.shift(); port !== undefined; port = stock.shift()) if (!used.has(port)) return port
    throw new MeshError({ code: 'MESH0812', message: 'There are no free ports between 20000 and 32000 on loopback.', remedy: 'End programs that hold ports there.' })
  })
}

async function stillFree(ledger: PortLedger): Promise<PortLedger> {
  const kept: [string, number][] = []
  for (const [use, port] of Object.entries(ledger)) if (await isPortFree(port)) kept.push([use, port])
  return Object.fromEntries(kept)
}

function viewOf(options: SupervisorOptions, state: MeshState): Omit<SupervisorView, 'problems'> {
  const plans = new Map(state.plans.map((plan) => [plan.key, plan]))
  return {
    supervisor: process.pid,
    name: state.mesh.metadata.name,
    folder: options.folder,
    trustDomain: state.trustDomain,
    workloads: localProcesses(state.mesh.spec).flatMap((process) => {
      const plan = plans.get(processKey(process))
      return plan ? [{
        name: process.name, namespace: process.namespace, service: process.workload.service ?? null, serviceAccount: process.workload.serviceAccount,
        engine: process.workload.proxy, started: process.workload.command !== undefined, check: appCheck(process.workload.ready, process.ports[0]?.targetPort), plan,
        at: placeOf(state.mesh, `proxy/${plan.key}`),
      }] : []
    }),
    gateways: state.plans.filter((plan) => plan.role === 'gateway').map((plan) => ({ plan, at: placeOf(state.mesh, `proxy/${plan.key}`) })),
  }
}

/** The trust domain of MeshConfig (ConfigMap istio-system/istio), by its one line: enough to name principals. */
function trustDomainOf(resources: readonly Resource[]): string {
  const map = resources.find((resource) => resource.kind === 'ConfigMap' && resource.metadata.namespace === 'istio-system' && resource.metadata.name === 'istio')
  const data: unknown = map && typeof map.spec === 'object' && map.spec !== null && 'data' in map.spec ? map.spec.data : undefined
  const text: unknown = typeof data === 'object' && data !== null && 'mesh' in data ? data.mesh : undefined
  return (typeof text === 'string' ? /^trustDomain:\s*["']?([^\s"'#]+)/m.exec(text)?.[1] : undefined) ?? 'cluster.local'
}

function uniqueFindings(mesh: Resource<LocalMeshSpec>, plans: readonly LoopbackPlan[], callable: Parameters<typeof variableFindings>[3]): readonly Diagnostic[] {
  const found = plans.filter((plan) => plan.role === 'sidecar').flatMap((plan) => variableFindings(mesh, plan.namespace, plan, callable))
  return [...new Map(found.map((finding) => [finding.message, finding])).values()]
}

async function inParallel<T>(limit: number, items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  await Promise.all(Array.from({ length: limit }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await action(item)
  }))
}

