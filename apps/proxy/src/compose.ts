/** Puts the proxy together and starts it. */
import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { workloadSecrets, type SecretMessage } from '@istio-ts/ca'
import { certificateFacts } from '@istio-ts/ca/node'
import type { Messages } from '@istio-ts/api-types/envoy'
import type { Component, MeshError } from '@istio-ts/foundation'
import { answerAdmin, printPrometheus, Proxy, standardCodecs, type AdminDeps, type ResourceUpdate } from '@istio-ts/proxy-core'
import { netEngine, systemClock } from '@istio-ts/proxy-core/node'
import { createLog, formatPrometheus, metricRegistry, silentTracer, PROMETHEUS_CONTENT_TYPE, type Telemetry } from '@istio-ts/telemetry'
import { streamLogSink } from '@istio-ts/telemetry/node'
import { logFiles } from './agent/log-files.ts'
import { FileSecrets } from './agent/file-secrets.ts'
import { staticUpdates } from './agent/static-resources.ts'
import { systemResolver } from './agent/system-resolver.ts'
import { WorkloadCertificate } from './agent/workload-certificate.ts'
import { XdsFeed } from './agent/xds-feed.ts'
import { envoyEngine } from './engines/envoy/index.ts'
import type { Options } from './options.ts'
import { servePages, type Page, type PageRequest } from './servers/http-pages.ts'

/** The version every page and node shows. */
export const VERSION = '1.32.0'

const LOG_DELAY_MS = 50

/** Constructs everything; `start` opens the pages, gets the certificate and connects. */
export function compose(options: Options, onQuit: () => void): Component {
  const { bootstrap } = options
  const clock = systemClock()
  const registry = metricRegistry()
  const log = createLog({ sink: streamLogSink(process.stderr), now: () => clock.now(), levelOf: () => options.logLevel }, 'proxy')
  const telemetry: Telemetry = { log, meter: registry, tracer: silentTracer() }
  const onError = (error: MeshError): void => log.error(error.message, { code: error.code, remedy: error.remedy })
  if (bootstrap.engine === 'envoy') return envoyEngine(bootstrap, { clock, random: Math.random, telemetry, env: options.envoy, istioVersion: VERSION, onError, onEnd: () => process.exit(1) })
  const node: Messages['envoy.config.core.v3.Node'] = {
    id: bootstrap.node.id,
    cluster: bootstrap.node.cluster ?? '',
    // Structs hold JSON alone, as the file did.
    metadata: { ISTIO_VERSION: VERSION, ...bootstrap.node.metadata } as NonNullable<Messages['envoy.config.core.v3.Node']['metadata']>,
    ...(bootstrap.node.locality ? { locality: bootstrap.node.locality } : {}),
    userAgentName: 'istio-ts',
  }
  const proxy = new Proxy({
    engine: netEngine({ clock }),
    codecs: standardCodecs,
    clock,
    random: Math.random,
    newRequestId: randomUUID,
    resolver: systemResolver(),
    node: bootstrap.node,
    hostname: options.hostname,
    environment: options.environment,
    logSink: logFiles((path, error) => log.error(`access log ${path}: ${error.message}`)),
    // Long enough to collect many lines, short enough for somebody who watches the log.
    schedule: (action) => void clock.after(LOG_DELAY_MS, action),
    explain: bootstrap.explain,
    onError,
  })
  /** Takes an update of the agent's own; what is wrong with it concerns those who run the proxy. */
  const apply = (update: ResourceUpdate): void => {
    for (const { code, message, path, remedy } of proxy.apply(update)) log.error(message, { code, path, remedy })
  }
  let feed: XdsFeed | undefined
  let draining = false
  let filesRead = 0
  const wantsCertificate = bootstrap.caAddress !== undefined && bootstrap.rootCertFile !== undefined
  const connect = (): void => {
    const address = bootstrap.discoveryAddress
    if (address === undefined || feed) return
    feed = new XdsFeed({
      proxy, clock, random: Math.random, telemetry, node, maxReconnectMs: bootstrap.maxReconnectMs,
      dial: {
        address,
        ...(certificate.current ? {
          tls: () => {
            const { current } = certificate
            return { rootsPem: current?.rootsPem ?? '', certificateChainPem: current?.chainPem ?? '', privateKeyPem: current?.privateKeyPem ?? '', serverName: bootstrap.serverName }
          },
        } : {}),
      },
    })
  }
  const certificate = new WorkloadCertificate(bootstrap, {
    clock, random: Math.random, onError,
    onWaiting: (error) => log.info(error.message, { code: error.code }),
    onCertificate(obtained) {
      log.info('workload certificate obtained', { serial: obtained.serial, uri: obtained.uri, expires: new Date(obtained.notAfter).toISOString() })
      apply(secretUpdate(workloadSecrets(obtained), obtained.serial))
      connect()
    },
  })
  const files = new FileSecrets({
    clock, onError,
    onSecrets: (secrets) => apply(secretUpdate(secrets, String(++filesRead))),
  })
  // Not from within an update, which is what tells of new names.
  proxy.observe(() => queueMicrotask(() => files.want(proxy.config.wanted.secret)))
  const isReady = (): boolean => !draining && proxy.listening && (bootstrap.discoveryAddress === undefined || feed?.configured === true) && (!wantsCertificate || certificate.current !== undefined)
  const waiting = new Set<() => void>()
  proxy.observe(() => {
    if (isReady()) for (const resolve of waiting) resolve()
  })
  const servers: Server[] = []
  const drain = async (graceMs: number): Promise<void> => {
    draining = true
    await proxy.drain()
    const until = clock.monotonic() + graceMs
    while (proxy.activeConnections > 0 && clock.monotonic() < until) await new Promise<void>((resolve) => void setTimeout(resolve, 20))
  }
  const admin: AdminDeps = {
    proxy, node, version: `istio-ts/${VERSION}`, isReady, isDraining: () => draining, onQuit, now: () => clock.now(),
    onDrain: () => void drain(bootstrap.drainMs),
    certificateFacts: (pem) => {
      try {
        return { dnsNames: [], ...certificateFacts(pem) }
      } catch {
        return undefined
      }
    },
  }
  const health = (): Page => ({ status: isReady() ? 200 : 503, contentType: 'text/plain', body: '' })
  const metrics = (): Page => ({ status: 200, contentType: PROMETHEUS_CONTENT_TYPE, body: printPrometheus(proxy.stats) })
  const merged = (): Page => ({ status: 200, contentType: PROMETHEUS_CONTENT_TYPE, body: formatPrometheus(registry.collect()) + printPrometheus(proxy.stats) })
  const pages = (routes: Readonly<Record<string, () => Page>>) => ({ path }: PageRequest): Page => {
    const [name = ''] = path.split('?')
    return Object.hasOwn(routes, name) ? routes[name]?.() ?? NOT_FOUND : NOT_FOUND
  }
  return {
    name: 'proxy',
    async start() {
      const { bindAddress, adminPort, statsPort, prometheusPort, readyPort } = bootstrap
      const open = async (what: string, port: number | undefined, answer: (request: PageRequest) => Page): Promise<void> => {
        if (port !== undefined && port > 0) servers.push(await servePages(what, bindAddress, port, answer))
      }
      await open('admin', adminPort, (request) => answerAdmin(admin, request))
      await open('stats', statsPort, pages({ '/healthz/ready': health, '/stats/prometheus': merged, '/metrics': merged }))
      await open('prometheus', prometheusPort, pages({ '/stats/prometheus': metrics, '/metrics': metrics }))
      await open('ready', readyPort, pages({ '/healthz/ready': health }))
      if (bootstrap.staticResources) staticUpdates(bootstrap.staticResources).forEach(apply)
      if (wantsCertificate) certificate.start()
      else connect()
    },
    ready: () => (isReady() ? Promise.resolve() : new Promise((resolve) => void waiting.add(resolve))),
    drain,
    async stop() {
      certificate.close()
      files.close()
      feed?.close()
      await proxy.stop()
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

const secretUpdate = (secrets: readonly SecretMessage[], version: string): ResourceUpdate =>
  ({ kind: 'secret', removed: [], resources: secrets.map((secret) => ({ name: secret.name, version, resource: secret })) })

const NOT_FOUND: Page = { status: 404, contentType: 'text/plain', body: 'not found\n' }
