/** Starts what is missing of a mesh, and waits until it is ready. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { formatDiagnostic } from '@istio-ts/foundation'
import { systemClock } from '@istio-ts/foundation/node'
import { selectLocalMesh } from '@istio-ts/local'
import { collectStatus, isSupervised, livingSupervisor, logFile, makeStateFolder, type LocalStatus } from '@istio-ts/local/node'
import type { CliContext } from '../../context.ts'
import { supervisorFailed, takenDown } from './errors.ts'
import type { FoundMesh } from './find-mesh.ts'
import { readFolder } from './read-folder.ts'

const POLL_MS = 100
/** How long a mesh that is ready may take until every proxy has the newest configuration, before it is shown as it is. */
const SYNC_MS = 1500

/** How it went. */
export interface BroughtUp {
  /** The last state; undefined if there was none yet. */
  readonly status: LocalStatus | undefined
  readonly timedOut: boolean
}

/**
 * Waits at most `timeoutMs`; progress and errors go to standard error as they come. Whoever else does the same at the same time shares the
 * supervisor. An interrupted start leaves no supervisor of its own behind that would come up later. @throws MeshError MESH0909, MESH0910
 */
export async function bringUp(mesh: FoundMesh, timeoutMs: number, context: CliContext, interrupted: { readonly happened: boolean }): Promise<BroughtUp> {
  makeStateFolder(mesh.stateFolder)
  const other = livingSupervisor(mesh.stateFolder)
  if (!other) await fetchEnvoyIfWanted(mesh, context)
  else process.kill(other.pid, 'SIGUSR2')
  let own = other ? undefined : startSupervisor(mesh, context)
  const tell = teller(mesh.name, context)
  let readySince: number | undefined
  const deadline = systemClock.monotonic() + timeoutMs
  while (systemClock.monotonic() < deadline && !interrupted.happened) {
    if (own?.ended !== undefined && !livingSupervisor(mesh.stateFolder)) throw own.ended === 'code 0' ? takenDown(mesh.name) : supervisorFailed(logFile(mesh.stateFolder, 'supervisor'), lastLine(mesh.stateFolder))
    // The one that was there has ended since.
    if (!own && !livingSupervisor(mesh.stateFolder)) own = startSupervisor(mesh, context)
    const supervised = isSupervised(mesh.stateFolder)
    const status = await collectStatus(mesh.stateFolder, false)
    tell(status)
    if (status?.ready && supervised) {
      readySince ??= systemClock.monotonic()
      const settled = isSynced(status) || systemClock.monotonic() - readySince > SYNC_MS
      const asked = settled ? await collectStatus(mesh.stateFolder) : undefined
      if (asked?.ready) return { status: asked, timedOut: false }
    }
    await pause()
  }
  if (interrupted.happened) await own?.endIfUnclaimed()
  const status = await collectStatus(mesh.stateFolder)
  tell(status)
  return { status, timedOut: !interrupted.happened }
}

const isSynced = (status: LocalStatus): boolean => status.workloads.every(({ proxy }) => proxy.synced)

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLL_MS))

/** A real Envoy is fetched before the time starts to count. Where that fails, the workload's own sidecar says so. */
async function fetchEnvoyIfWanted(mesh: FoundMesh, context: CliContext): Promise<void> {
  const { resources } = await readFolder(mesh.folder)
  const wanted = selectLocalMesh(resources).mesh?.spec.workloads.some(({ proxy }) => proxy === 'envoy') ?? false
  if (!wanted) return
  await new Promise<void>((resolve) => {
    const child = spawn(context.node, [context.proxyBin, 'fetch-envoy'], { env: { ...context.env }, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.on('data', (data: Buffer) => context.err(data.toString()))
    child.once('error', () => resolve())
    child.once('close', () => resolve())
  })
}

/** Says progress when it changes, and each error once: who waits for the rest shall not have to. */
function teller(name: string, context: CliContext): (status: LocalStatus | undefined) => void {
  const said = new Set<string>()
  let last = ''
  return (status) => {
    const line = status ? progress(status) : `${name}: starting`
    if (line !== last) context.err(`${line}\n`)
    last = line
    for (const problem of status?.problems ?? []) {
      const text = formatDiagnostic(problem)
      if (problem.severity !== 'error' || said.has(text)) continue
      said.add(text)
      context.err(`${text}\n`)
    }
  }
}

function progress(status: LocalStatus): string {
  const proxies = [...status.workloads.map((workload) => workload.proxy.ready), ...status.gateways.map((gateway) => gateway.ready)]
  const count = (list: readonly boolean[]): string => `${list.filter(Boolean).length}/${list.length}`
  return `${status.name}: istiod ${status.istiod.ready ? 'ready' : 'starting'}, proxies ${count(proxies)}, workloads ${count(status.workloads.map((workload) => workload.ready))}`
}

/** The supervisor that this command started. */
interface SupervisorChild {
  /** How it ended, if it did. */
  readonly ended: string | undefined
  /** Ends it if nobody can find it yet by its file; resolves when it has claimed the mesh or has ended. */
  endIfUnclaimed(): Promise<void>
}

function startSupervisor(mesh: FoundMesh, context: CliContext): SupervisorChild {
  const output = openSync(logFile(mesh.stateFolder, 'supervisor'), 'a', 0o600)
  const child = spawn(context.node, [context.cliBin, 'local', 'supervise', '-f', mesh.folder], { cwd: mesh.stateFolder, env: { ...context.env }, stdio: ['ignore', output, output], detached: true })
  closeSync(output)
  let ended: string | undefined
  child.once('error', (error) => (ended = error.message))
  child.once('exit', (code, signal) => (ended = signal ?? `code ${code}`))
  child.unref()
  return {
    get ended() {
      return ended
    },
    async endIfUnclaimed() {
      if (ended === undefined && livingSupervisor(mesh.stateFolder)?.pid !== child.pid) child.kill('SIGTERM')
      while (ended === undefined && livingSupervisor(mesh.stateFolder)?.pid !== child.pid) await pause()
    },
  }
}

const lastLine = (stateFolder: string): string => readFileSync(logFile(stateFolder, 'supervisor'), 'utf8').trimEnd().split('\n').at(-1) ?? ''
