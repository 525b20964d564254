/** Constructs istiod and connects its parts; no logic of its own. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { authority, certificateAuthenticator, firstOf, LOCAL_TOKEN_ISSUER, tokenAuthenticator, type Authenticator } from '@istio-ts/ca'
import { addCertificateService } from '@istio-ts/ca/grpc'
import { nodeCrypto, openRoot } from '@istio-ts/ca/node'
import { type Clock, type Component } from '@istio-ts/foundation'
import { tokenPublicKeyFile } from '@istio-ts/local/node'
import type { Graph } from '@istio-ts/collections'
import type { MeshInputs } from '@istio-ts/mesh-model'
import { metricRegistry, childTelemetry, type Telemetry } from '@istio-ts/telemetry'
import { xdsServer } from '@istio-ts/xds-protocol'
import { addAdsService, openGrpcPort, peerOf, type GrpcPort } from '@istio-ts/xds-protocol/grpc'
import { derivationFailed } from './diagnostics.ts'
import { noTokenKey } from './errors.ts'
import { findingLog } from './finding-log.ts'
import { istiodMetrics } from './metrics.ts'
import type { Options } from './options.ts'
import { problems } from './problems.ts'
import { clientFeeds } from './proxies/feeds.ts'
import type { ViewSource } from './proxies/view-source.ts'
import { viewTranslator } from './proxies/view-translator.ts'
import { debugOnDemand } from './servers/debug/on-demand.ts'
import { debugRoutes } from './servers/debug/routes.ts'
import { openHttpPort, plain, type HttpPort, type HttpRoute } from './servers/http-server.ts'
import { monitoringRoutes } from './servers/monitoring.ts'
import { servingCertificate } from './servers/serving-certificate.ts'
import { locator } from './store/locate.ts'
import { openStore } from './store/store.ts'

/** What the world gives. */
export interface IstiodDeps {
  readonly clock: Clock
  readonly telemetry: Omit<Telemetry, 'meter'>
  readonly version: string
  /** Builds the model in a graph; a parameter so that tests can put another one there. */
  readonly views: (graph: Graph, inputs: MeshInputs) => ViewSource
}

/** The ports in use. */
export interface IstiodPorts {
  readonly xds: number
  readonly secureXds: number
  readonly http: number
  readonly monitoring: number
}

/** A control plane. */
export interface Istiod extends Component {
  readonly ports: IstiodPorts
}

/** Namespace of the mesh's own configuration. */
const ROOT_NAMESPACE = 'istio-system'
const NO_PORTS: IstiodPorts = { xds: 0, secureXds: 0, http: 0, monitoring: 0 }

/** Composes istiod; `start` opens its ports once the configuration has been read. */
export function composeIstiod(deps: IstiodDeps, options: Options): Istiod {
  const registry = metricRegistry()
  const telemetry: Telemetry = { ...deps.telemetry, meter: registry }
  const { clock } = deps
  const store = openStore({ clock, telemetry: childTelemetry(telemetry, 'config'), onSettled: () => findings.changed() }, options)
  const locate = locator(store.resources)
  const views = deps.views(store.graph, store.inputs)
  const translator = viewTranslator({ telemetry: childTelemetry(telemetry, 'xds'), clock })
  const found = problems([() => store.diagnostics(), () => views.diagnostics(), () => translator.diagnostics(), () => store.graph.failures.map((failure) => derivationFailed(failure.node, failure.key, failure.error))], locate.place, () => findings.changed())
  const findings = findingLog({ clock, log: telemetry.log }, () => found.all())
  istiodMetrics(registry, clock, store, deps.version, () => found.all().filter(({ severity }) => severity === 'error').length)
  let ports = NO_PORTS
  let ready = false
  let closers: (() => unknown)[] = []

  async function start(): Promise<void> {
    const signer = await openRoot(join(options.stateDir, 'ca'), clock, { organization: options.trustDomain ?? 'cluster.local' })
    const ca = authority({ signer, crypto: nodeCrypto, clock }, { defaultTtlMs: options.defaultCertTtlMs, maxTtlMs: options.maxCertTtlMs })
    await writeFile(join(options.stateDir, 'root-cert.pem'), ca.rootsPem, { mode: 0o644 })
    await store.start()
    closers.push(() => store.stop(), () => findings.stop())
    const { trustDomain } = store.inputs.mesh.get()
    const authenticate = await authenticator(typeof trustDomain === 'string' ? trustDomain : 'cluster.local')
    const routes: Map<string, HttpRoute> = new Map([['/ready', () => (ready ? plain('') : plain('not ready\n', 503))], ['/version', () => plain(`${deps.version}\n`)]])
    const xds = xdsServer({
      clock,
      telemetry: childTelemetry(telemetry, 'ads'),
      feeds: clientFeeds({
        views, translator, cluster: store.resources, authenticate, telemetry: childTelemetry(telemetry, 'ads'),
        debug: debugOnDemand(() => routes, ROOT_NAMESPACE),
        onDiagnostics: (connectionId, diagnostics) => found.set(`secrets of ${connectionId}`, diagnostics),
      }),
      onDiagnostics: (connectionId, typeUrl, diagnostics) => found.set(`${connectionId} ${typeUrl}`, diagnostics),
    }, { controlPlane: JSON.stringify({ Component: 'istiod', ID: 'istiod', Info: { version: deps.version } }) })
    for (const [path, route] of debugRoutes({ xds, resources: store.resources, graph: store.graph, problems: found, locate, mesh: () => store.inputs.mesh.get() })) routes.set(path, route)
    await open(ca, authenticate, xds, routes)
    ready = true
    telemetry.log.info('istiod is ready', { ...ports })
  }

  async function authenticator(trustDomain: string): Promise<Authenticator> {
    const byCertificate = certificateAuthenticator([trustDomain])
    if (!options.local) return byCertificate
    const file = tokenPublicKeyFile(options.stateDir)
    const publicKeyPem = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw noTokenKey(file, cause)
    })
    return firstOf(byCertificate, tokenAuthenticator(clock, { publicKeyPem, issuer: LOCAL_TOKEN_ISSUER, trustDomain }))
  }

  async function open(ca: ReturnType<typeof authority>, authenticate: Authenticator, xds: ReturnType<typeof xdsServer>, routes: ReadonlyMap<string, HttpRoute>): Promise<void> {
    const serving = await servingCertificate({ authority: ca, clock, telemetry: childTelemetry(telemetry, 'ca') })
    closers.push(() => serving.stop(), () => xds.close())
    const kept = <T extends GrpcPort | HttpPort>(port: T): T => {
      closers.push(() => port.close())
      return port
    }
    const plaintext = kept(await openGrpcPort(options.xds, (server) => addAdsService(server, xds, 'plaintext')))
    const secure = kept(await openGrpcPort({ ...options.secureXds, certificate: serving.first }, (server) => {
      addAdsService(server, xds, 'tls')
      addCertificateService(server, { authority: ca, authenticate, telemetry: childTelemetry(telemetry, 'ca'), credentialsOf: (call) => peerOf(call, 'tls') })
    }))
    serving.onRenewed((certificate) => secure.setCertificate(certificate))
    const http = kept(await openHttpPort('HTTP server', options.http, routes))
    const monitoring = kept(await openHttpPort('monitoring server', options.monitoring, monitoringRoutes(registry, deps.version)))
    ports = { xds: plaintext.port, secureXds: secure.port, http: http.port, monitoring: monitoring.port }
  }

  const stop = async (): Promise<void> => {
    ready = false
    const closing = closers.reverse()
    closers = []
    for (const close of closing) await close()
  }

  return {
    name: 'istiod',
    get ports() {
      return ports
    },
    start: () => start().catch(async (error: unknown) => {
      await stop()
      throw error
    }),
    ready: async () => undefined,
    drain: async () => void (ready = false),
    stop,
  }
}
