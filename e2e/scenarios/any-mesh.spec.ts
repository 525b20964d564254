/** What istiod makes of any mesh is taken by both data planes: a real Envoy validates it, and our own proxy compiles it, also after edits. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode, toJson } from '../../packages/api-types/src/envoy/index.ts'
import { formatDiagnostic } from '../../packages/foundation/src/index.ts'
import type { ProxyIdentity } from '../../packages/mesh-model/src/index.ts'
import { testIdentity } from '../../packages/mesh-model/src/testing/index.ts'
import { compile, EMPTY_CONFIG, StatsStore, type CompileDeps, type ResourceUpdate, type RuntimeConfig } from '../../packages/proxy-core/src/index.ts'
import { localWorkload } from '../../packages/proxy-core/src/stats/local-workload.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, resourcesOf, ROUTE_TYPE, type Snapshot } from '../../packages/xds-protocol/src/index.ts'
import { translate, translationMemo } from '../../packages/xds-translator/src/index.ts'
import { staticBootstrap, UPSTREAM_EXTENSIONS } from '../../packages/xds-translator/src/testing/static-bootstrap.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryIstiod, type MemoryIstiod } from '../../apps/istiod/src/testing/memory-istiod.ts'
import { fileEdit, localMesh, type FileEdit } from '../../apps/istiod/src/testing/mesh-grammar.ts'
import { envoyBinary, havePeers } from '../local/peers.ts'

const cluster = (extensions: ProxyIdentity['extensions']): readonly ProxyIdentity[] => [
  testIdentity({ namespace: 'a', name: 'web-1', labels: { app: 'web' }, ips: ['10.0.0.1'], serviceAccount: 'web', extensions, wantsProvenance: extensions === 'all' }),
  testIdentity({ namespace: 'b', name: 'cart-1', labels: { app: 'cart', version: 'v1' }, ips: ['10.0.0.2'], extensions, interceptionMode: 'NONE' }),
  testIdentity({ type: 'router', namespace: 'istio-system', name: 'ingress', labels: { istio: 'ingressgateway' }, ips: ['10.7.0.2'], extensions }),
]
const local = (extensions: ProxyIdentity['extensions']): readonly ProxyIdentity[] => [
  testIdentity({ namespace: 'a', name: 'web', labels: { app: 'web' }, ips: ['127.0.0.1'], interceptionMode: 'NONE', loopback: 'a/web', extensions, wantsProvenance: extensions === 'all' }),
  testIdentity({ type: 'router', namespace: 'istio-system', name: 'ingress', labels: { istio: 'ingressgateway' }, ips: ['127.0.0.1'], interceptionMode: 'NONE', loopback: 'istio-system/ingress', extensions }),
]
const apply = (istiod: MemoryIstiod, edits: readonly FileEdit[]): void => istiod.edit(Object.fromEntries(edits.map(({ file, resource }) => [file, resource && JSON.stringify(resource)])))

const edits = fc.array(fileEdit, { minLength: 15, maxLength: 45, size: 'max' })

const envoy = envoyBinary() ?? ''

describe.skipIf(!havePeers('e2e/scenarios/any-mesh', { 'a real Envoy': envoy }))('a real Envoy', () => {
  // Each validation takes a second or so: a handful each time, others the next time.
  it('takes what sidecars and gateways of any mesh are given', () => {
    fc.assert(fc.property(edits, localMesh, fc.boolean(), (all, mesh, isLocal) => {
      const istiod = memoryIstiod({ local: isLocal })
      apply(istiod, isLocal ? [mesh, ...all] : all)
      for (const identity of (isLocal ? local : cluster)(UPSTREAM_EXTENSIONS)) expect(complaints(istiod, identity), identity.name).toBe('')
    }), { numRuns: Number(process.env['MESH_ENVOY_RUNS'] ?? 4) })
  }, 600_000)
})

function complaints(istiod: MemoryIstiod, identity: ProxyIdentity): string {
  const bootstrap = staticBootstrap(translate(istiod.connect(identity).view(), translationMemo()).bundles)
  const folder = mkdtempSync(join(tmpdir(), 'istio-ts-any-mesh-'))
  try {
    const file = join(folder, 'bootstrap.json')
    writeFileSync(file, withoutAdsSecrets(JSON.stringify(toJson('envoy.config.bootstrap.v3.Bootstrap', bootstrap))))
    // An access log to /dev/stdout opens it, which a pipe of the test's does not allow.
    execFileSync(envoy, ['--mode', 'validate', '-c', file, '-l', 'error'], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 })
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Envoy 1.40 falls over a cluster that is static, as validation needs it, and has its secrets by ADS; by ADS it takes both. */
const withoutAdsSecrets = (json: string): string =>
  json.replaceAll(/"sdsConfig":\{"ads":\{\}(?:,"resourceApiVersion":"V3")?\}/g, '"sdsConfig":{"apiConfigSource":{"apiType":"GRPC","transportApiVersion":"V3","grpcServices":[{"envoyGrpc":{"clusterName":"sds-grpc"}}]},"resourceApiVersion":"V3"}')

describe('our proxy', () => {
  /** What docs/features.md says is missing (cookie sessions, JWT): the proxy refuses it, and that is no news. */
  const isKnownGap = ({ resource }: FileEdit): boolean => /istio.io\/persistent-session|RequestAuthentication/.test(JSON.stringify(resource ?? {}))
  const known = fileEdit.filter((one) => !isKnownGap(one))
  /** The order in which a delta server sends types: make before break. */
  const TYPES = [
    ['cluster', CLUSTER_TYPE, 'envoy.config.cluster.v3.Cluster'], ['endpoint', ENDPOINT_TYPE, 'envoy.config.endpoint.v3.ClusterLoadAssignment'],
    ['listener', LISTENER_TYPE, 'envoy.config.listener.v3.Listener'], ['route', ROUTE_TYPE, 'envoy.config.route.v3.RouteConfiguration'],
  ] as const
  const deps = (): CompileDeps => ({ environment: { hostname: 'h', environment: () => undefined }, stats: new StatsStore(), local: localWorkload('sidecar~10.0.0.1~web-1.a~a.svc.cluster.local', {}), nowMs: 0 })

  /** Takes a snapshot as a proxy does: type by type, each update whole or not at all. */
  function take(before: RuntimeConfig, old: Snapshot | undefined, snapshot: Snapshot, around: CompileDeps): { readonly config: RuntimeConfig; readonly problems: readonly string[] } {
    let config = before
    const problems: string[] = []
    for (const [kind, typeUrl, message] of TYPES) {
      const slice = snapshot.types.get(typeUrl)
      const resources = slice ? [...resourcesOf(slice)].map(({ name, version, bytes }) => ({ name, version, resource: decode(message, bytes) })) : []
      const names = new Set(resources.map(({ name }) => name))
      const earlier = old?.types.get(typeUrl)
      const removed = earlier ? [...resourcesOf(earlier)].flatMap(({ name }) => (names.has(name) ? [] : [name])) : []
      const result = compile(config, { kind, resources, removed } as unknown as ResourceUpdate, around)
      config = result.config
      problems.push(...result.problems.map(formatDiagnostic))
    }
    return { config, problems }
  }

  it('compiles what sidecars and gateways of any mesh are given, before and after edits', () => {
    fc.assert(fc.property(fc.array(known, { minLength: 15, maxLength: 45, size: 'max' }), fc.array(fc.array(known, { minLength: 1, maxLength: 4 }), { maxLength: 4 }), localMesh, fc.boolean(), (first, then, mesh, isLocal) => {
      const istiod = memoryIstiod({ local: isLocal })
      apply(istiod, isLocal ? [mesh, ...first] : first)
      const proxies = (isLocal ? local : cluster)('all').map((identity) => ({ identity, feed: istiod.connect(identity), around: deps(), config: EMPTY_CONFIG, held: undefined as Snapshot | undefined }))
      for (const batch of [[], ...then]) {
        apply(istiod, batch)
        for (const proxy of proxies) {
          const snapshot = proxy.feed.snapshot()
          const { config, problems } = take(proxy.config, proxy.held, snapshot, proxy.around)
          expect(problems, proxy.identity.name).toEqual([])
          proxy.config = config
          proxy.held = snapshot
        }
      }
    }), { numRuns: Number(process.env['MESH_PROPERTY_RUNS'] ?? 30) })
  }, 600_000)
})
