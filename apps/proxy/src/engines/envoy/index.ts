/** The same sidecar by a real Envoy: certificate and SDS by our agent, everything else by Envoy itself. */
import { spawn, type ChildProcess } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { toJson } from '@istio-ts/api-types/envoy'
import { MeshError, type Clock, type Component } from '@istio-ts/foundation'
import type { Telemetry } from '@istio-ts/telemetry'
import { WorkloadCertificate } from '../../agent/workload-certificate.ts'
import type { ProxyBootstrap } from '../../bootstrap.ts'
import { obtainEnvoy, type EnvoyEnvironment } from './binary.ts'
import { envoyBootstrap } from './envoy-bootstrap.ts'
import { askAdmin, serveAgentPages } from './agent-pages.ts'
import { engineFiles } from './engine-files.ts'
import { endLeftover, notePid } from './envoy-process.ts'
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

/** How long Envoy may keep lines of the access log. Its own 10 s are too long for somebody who watches. */
const LOG_FLUSH_MS = 250

/** Istio's defaults of `proxyLogLevel` and `proxyComponentLogLevel`: `misc` would warn of each deprecated field that Istio itself sends. */
const LOG_ARGUMENTS = ['--log-level', 'warning', '--component-log-level', 'misc:error']

/** How long Envoy may take to end; it has drained before. */
const END_MS = 3000

/** Keeps the process alive while it waits for istiod: nothing else may be open yet. */
const FOREVER_MS = 2 ** 30

/** Runs Envoy until stopped; ready when Envoy's own `/ready` says so. */
export function envoyEngine(bootstrap: ProxyBootstrap, deps: EnvoyEngineDeps): Component {
  const log = deps.telemetry.log
  const files = engineFiles(bootstrap)
  const servers: Server[] = []
  const alive = setInterval(() => undefined, FOREVER_MS)
  let sds: SdsServer | undefined
  let child: ChildProcess | undefined
  let stopping = false
  const begun = Promise.withResolvers<void>()
  const certificate = new WorkloadCertificate(bootstrap, {
    clock: deps.clock,
    random: deps.random,
    onError: deps.onError,
    onWaiting: (error) => log.info(error.message, { code: error.code }),
    onCertificate(obtained) {
      log.info('workload certificate obtained', { serial: obtained.serial, uri: obtained.uri })
      if (sds) sds.update(obtained)
      else begin(obtained).then(begun.resolve, begun.reject)
    },
  })

  /** Envoy's path; why there is none is left for `local status`, which would see only that this process ended. */
  async function obtain(): Promise<string> {
    rmSync(files.problem, { force: true })
    try {
      return await obtainEnvoy(deps.env, (line) => log.info(line))
    } catch (error) {
      if (error instanceof MeshError) writeFileSync(files.problem, JSON.stringify({ code: error.code, severity: 'error', message: error.message, remedy: error.remedy }), { mode: 0o600 })
      throw error
    }
  }

  async function begin(material: Parameters<typeof openSds>[1]): Promise<void> {
    sds = await openSds(files.socket, material, deps)
    const binary = await obtain()
    if (stopping) return
    writeFileSync(files.bootstrap, JSON.stringify(toJson('envoy.config.bootstrap.v3.Bootstrap', envoyBootstrap(bootstrap, files.socket, deps.istioVersion)), null, 2), { mode: 0o600 })
    await endLeftover(files.pid, deps.clock)
    if (stopping) return
    // A group of its own: the signal that ends the agent must not reach Envoy before the agent has drained it.
    child = spawn(binary, ['--config-path', files.bootstrap, '--disable-hot-restart', '--concurrency', '1', ...LOG_ARGUMENTS, '--file-flush-interval-msec', String(LOG_FLUSH_MS), '--drain-time-s', '5'], { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
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

  const isReady = async (): Promise<boolean> => child !== undefined && (await askAdmin(bootstrap, 'GET', '/ready')).status === 200

  return {
    name: 'envoy',
    async start() {
      servers.push(...(await serveAgentPages(bootstrap, isReady)))
      certificate.start()
      begun.promise.catch((error: MeshError) => {
        deps.onError(error)
        deps.onEnd()
      })
    },
    async ready() {
      await begun.promise
      while (!stopping && !(await isReady())) await new Promise<void>((resolve) => void deps.clock.after(100, resolve))
    },
    async drain(graceMs) {
      stopping = true
      if (child) await askAdmin(bootstrap, 'POST', '/drain_listeners?graceful')
      await new Promise<void>((resolve) => void deps.clock.after(Math.min(graceMs, 200), resolve))
    },
    async stop() {
      stopping = true
      clearInterval(alive)
      certificate.close()
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
      const running = child
      if (running && running.exitCode === null && running.signalCode === null) {
        const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
        running.kill('SIGTERM')
        const cancel = deps.clock.after(END_MS, () => running.kill('SIGKILL'))
        await ended
        cancel()
      }
      sds?.close()
      for (const file of [files.bootstrap, files.pid]) rmSync(file, { force: true })
    },
  }
}
