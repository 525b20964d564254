/** The same sidecar by a real Envoy: certificate and SDS by our agent, everything else by Envoy itself. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toJson } from '@istio-ts/api-types/envoy'
import type { Clock, Component, MeshError } from '@istio-ts/foundation'
import type { Telemetry } from '@istio-ts/telemetry'
import { WorkloadCertificate } from '../../agent/workload-certificate.ts'
import type { ProxyBootstrap } from '../../bootstrap.ts'
import { obtainEnvoy, type EnvoyEnvironment } from './binary.ts'
import { envoyBootstrap } from './envoy-bootstrap.ts'
import { envoyEnded } from './errors.ts'
import { openSds, type SdsServer } from './sds-server.ts'

/** What the engine needs. */
export interface EnvoyEngineDeps {
  readonly clock: Clock
  readonly random: () => number
  readonly telemetry: Telemetry
  readonly env: EnvoyEnvironment
  readonly istioVersion: string
  readonly onError: (error: MeshError) => void
  /** Envoy ended on its own: the process should end as well. */
  readonly onEnd: () => void
}

/** Longest path of a unix socket that every system takes. */
const MAX_SOCKET_PATH = 100

/** Runs Envoy until stopped; ready when Envoy's own `/ready` says so. */
export function envoyEngine(bootstrap: ProxyBootstrap, deps: EnvoyEngineDeps): Component {
  const log = deps.telemetry.log
  const files = filesOf(bootstrap)
  let sds: SdsServer | undefined
  let child: ChildProcess | undefined
  let stopping = false
  const begun = Promise.withResolvers<void>()
  const certificate = new WorkloadCertificate(bootstrap, {
    clock: deps.clock,
    random: deps.random,
    onError: deps.onError,
    onCertificate(obtained) {
      log.info('workload certificate obtained', { serial: obtained.serial, uri: obtained.uri })
      if (sds) sds.update(obtained)
      else begin(obtained).then(begun.resolve, begun.reject)
    },
  })

  async function begin(material: Parameters<typeof openSds>[1]): Promise<void> {
    sds = await openSds(files.socket, material, deps)
    const binary = await obtainEnvoy(deps.env, (line) => log.info(line))
    if (stopping) return
    writeFileSync(files.bootstrap, JSON.stringify(toJson('envoy.config.bootstrap.v3.Bootstrap', envoyBootstrap(bootstrap, files.socket, deps.istioVersion)), null, 2), { mode: 0o600 })
    child = spawn(binary, ['--config-path', files.bootstrap, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning', '--drain-time-s', '5'], { stdio: ['ignore', 'inherit', 'inherit'] })
    child.once('error', (error) => deps.onError(envoyEnded(`cannot be started: ${error.message}`)))
    child.once('exit', (code, signal) => {
      rmSync(files.pid, { force: true })
      if (stopping) return
      deps.onError(envoyEnded(signal ? `was ended by ${signal}` : `ended with code ${code ?? 0}`))
      deps.onEnd()
    })
    if (child.pid !== undefined) notePid(files.pid, child.pid)
    log.info('Envoy started', { pid: child.pid ?? 0, binary })
  }

  const isReady = (): Promise<boolean> => new Promise((resolve) => {
    const asked = request({ host: bootstrap.bindAddress, port: bootstrap.adminPort, path: '/ready', timeout: 1000, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(false))
    asked.end()
  })

  return {
    name: 'envoy',
    start() {
      certificate.start()
      begun.promise.catch((error: MeshError) => {
        deps.onError(error)
        deps.onEnd()
      })
      return Promise.resolve()
    },
    async ready() {
      await begun.promise
      while (!stopping && !(await isReady())) await new Promise<void>((resolve) => void deps.clock.after(100, resolve))
    },
    async drain(graceMs) {
      stopping = true
      await post(bootstrap, '/drain_listeners?graceful')
      await new Promise<void>((resolve) => void deps.clock.after(Math.min(graceMs, 200), resolve))
    },
    async stop() {
      stopping = true
      certificate.close()
      const running = child
      if (running && running.exitCode === null && running.signalCode === null) {
        const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
        running.kill('SIGTERM')
        const cancel = deps.clock.after(3000, () => running.kill('SIGKILL'))
        await ended
        cancel()
      }
      sds?.close()
      for (const file of [files.bootstrap, files.pid]) rmSync(file, { force: true })
    },
  }
}

interface EngineFiles {
  readonly bootstrap: string
  readonly socket: string
  readonly pid: string
}

/** Files of this sidecar: `<namespace>.<name>.envoy*` beside its own bootstrap; the socket goes to the temporary folder if the path would be too long. */
function filesOf(bootstrap: ProxyBootstrap): EngineFiles {
  const text = (key: string): string => String(bootstrap.node.metadata[key] ?? 'x')
  const folder = bootstrap.stateFolder === undefined ? join(tmpdir(), `istio-ts-${process.pid}`) : join(bootstrap.stateFolder, 'run')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const base = join(folder, `${text('NAMESPACE')}.${text('NAME')}.envoy`)
  const socket = `${base}.sds`
  return { bootstrap: `${base}-bootstrap.json`, pid: `${base}.json`, socket: Buffer.byteLength(socket) <= MAX_SOCKET_PATH ? socket : shortSocket(base) }
}

function shortSocket(base: string): string {
  const folder = join(tmpdir(), `istio-ts-sds-${process.getuid?.() ?? 0}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return join(folder, createHash('sha256').update(base).digest('hex').slice(0, 20))
}

/** Notes Envoy's own pid with its start time, so that `local status` can tell it from a later process. */
function notePid(file: string, pid: number): void {
  writeFileSync(`${file}.tmp`, JSON.stringify({ pid, startTime: startTime(pid) }), { mode: 0o600 })
  renameSync(`${file}.tmp`, file)
}

function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function post(bootstrap: ProxyBootstrap, path: string): Promise<void> {
  return new Promise((resolve) => {
    const asked = request({ method: 'POST', host: bootstrap.bindAddress, port: bootstrap.adminPort, path, timeout: 1000, agent: false }, (response) => {
      response.resume()
      response.on('close', () => resolve())
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve())
    asked.end()
  })
}
