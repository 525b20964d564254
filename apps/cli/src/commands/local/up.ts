/** `istioctl local up`: starts the supervisor if there is none, and waits until everything is ready. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { formatDiagnostic, parseDuration } from '@istio-ts/foundation'
import { systemClock } from '@istio-ts/foundation/node'
import { selectLocalMesh } from '@istio-ts/local'
import { collectStatus, isAlive, isSupervised, logFile, makeStateFolder, readIdentity, supervisorFile, takeDown, type LocalStatus } from '@istio-ts/local/node'
import { ExitCode, type CliContext } from '../../context.ts'
import { badDuration, badOutput, netnsLater, supervisorFailed } from './errors.ts'
import { findMesh, type FoundMesh } from './find-mesh.ts'
import { readFolder } from './read-folder.ts'
import { interruption, type Interruption } from './interruption.ts'
import type { UpFlags } from './index.ts'
import { statusTable } from './status.ts'

const POLL_MS = 100

/** Brings the mesh up. Without `--detach` it stays until Ctrl-C, then takes the mesh down. @throws ExitCode 1 if not ready in time */
export async function up(flags: UpFlags, context: CliContext): Promise<void> {
  if (flags.netns) throw netnsLater()
  if (flags.output !== undefined && flags.output !== 'json') throw badOutput(flags.output)
  const timeoutMs = parseDuration(flags.timeout)
  if (timeoutMs === undefined || timeoutMs <= 0) throw badDuration(flags.timeout)
  const mesh = await findMesh(flags.filename, context)
  const interrupted = interruption()
  try {
    await upUntilInterrupted(mesh, { ...flags, timeoutMs }, context, interrupted)
  } finally {
    interrupted.dispose()
  }
}

async function upUntilInterrupted(mesh: FoundMesh, flags: UpFlags & { readonly timeoutMs: number }, context: CliContext, interrupted: Interruption): Promise<void> {
  const { status, timedOut } = await bringUp(mesh, flags.timeoutMs, context, interrupted)
  if (interrupted.happened) {
    if (!flags.detach) await takeDown(systemClock, mesh.stateFolder)
    throw new ExitCode(130)
  }
  if (flags.output === 'json') context.out(`${JSON.stringify(status ?? null, null, 2)}\n`)
  else if (status) context.out(statusTable(status))
  if (timedOut) {
    if (flags.output === 'json') for (const problem of status?.problems ?? []) context.err(`${formatDiagnostic(problem)}\n`)
    context.err(`The mesh is not ready after ${flags.timeout}; what runs goes on. \`istioctl local down\` ends it.\n`)
    throw new ExitCode(1)
  }
  if (flags.detach) return
  context.err('The mesh is up. Ctrl-C takes it down.\n')
  await interrupted.wait
  context.err('Stopping ...\n')
  await takeDown(systemClock, mesh.stateFolder)
}

/** Starts what is missing and waits; progress goes to standard error. */
export async function bringUp(mesh: FoundMesh, timeoutMs: number, context: CliContext, interrupted: { readonly happened: boolean }): Promise<{ readonly status: LocalStatus | undefined; readonly timedOut: boolean }> {
  makeStateFolder(mesh.stateFolder)
  const running = readIdentity(supervisorFile(mesh.stateFolder))
  const isRunning = running !== undefined && isAlive(running)
  if (!isRunning) await fetchEnvoyIfWanted(mesh, context)
  const child = isRunning ? poke(running.pid) : startSupervisor(mesh, context)
  const deadline = systemClock.monotonic() + timeoutMs
  let status: LocalStatus | undefined
  let said = ''
  while (systemClock.monotonic() < deadline && !interrupted.happened) {
    if (child.ended !== undefined) throw supervisorFailed(logFile(mesh.stateFolder, 'supervisor'), lastLine(mesh.stateFolder))
    const supervised = isSupervised(mesh.stateFolder)
    status = await collectStatus(mesh.stateFolder)
    if (status?.ready && supervised) return { status, timedOut: false }
    const line = status ? progress(status) : `${mesh.name}: starting`
    if (line !== said) context.err(`${line}\n`)
    said = line
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return { status: await collectStatus(mesh.stateFolder), timedOut: !interrupted.happened }
}

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

function progress(status: LocalStatus): string {
  const proxies = [...status.workloads.map((workload) => workload.proxy.ready), ...status.gateways.map((gateway) => gateway.ready)]
  const count = (list: readonly boolean[]): string => `${list.filter(Boolean).length}/${list.length}`
  return `${status.name}: istiod ${status.istiod.ready ? 'ready' : 'starting'}, proxies ${count(proxies)}, workloads ${count(status.workloads.map((workload) => workload.ready))}`
}

interface SupervisorChild {
  ended: string | undefined
}

function poke(pid: number): SupervisorChild {
  process.kill(pid, 'SIGHUP')
  return { ended: undefined }
}

function startSupervisor(mesh: FoundMesh, context: CliContext): SupervisorChild {
  const output = openSync(logFile(mesh.stateFolder, 'supervisor'), 'a', 0o600)
  const state: SupervisorChild = { ended: undefined }
  const child = spawn(context.node, [context.cliBin, 'local', 'supervise', '-f', mesh.folder], { cwd: mesh.stateFolder, env: { ...context.env }, stdio: ['ignore', output, output], detached: true })
  closeSync(output)
  child.once('error', (error) => (state.ended = error.message))
  child.once('exit', (code, signal) => (state.ended = signal ?? `code ${code}`))
  child.unref()
  return state
}

const lastLine = (stateFolder: string): string => readFileSync(logFile(stateFolder, 'supervisor'), 'utf8').trimEnd().split('\n').at(-1) ?? ''
