/** The whole of istiod as one function: whatever way the folder came to be what it is, proxies get the same bytes, and users the same findings. */
import { decode, type MessageName } from '@istio-ts/api-types/envoy'
import { formatDiagnostic } from '@istio-ts/foundation'
import type { ProxyIdentity } from '@istio-ts/mesh-model'
import { testIdentity } from '@istio-ts/mesh-model/testing'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '@istio-ts/xds-protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flatSnapshot, memoryIstiod, type FileEdits, type MemoryIstiod } from './testing/memory-istiod.ts'
import { fileEdit, localMesh, type FileEdit } from './testing/mesh-grammar.ts'

/** One of each kind of client, in places where they see different things. */
const clients: readonly ProxyIdentity[] = [
  testIdentity({ namespace: 'a', name: 'web-1', labels: { app: 'web' }, ips: ['10.0.0.1'], serviceAccount: 'web', wantsProvenance: true }),
  testIdentity({ namespace: 'b', name: 'cart-1', labels: { app: 'cart', version: 'v1' }, ips: ['10.0.0.2'], locality: { region: 'r1', zone: 'z1', subzone: '' } }),
  testIdentity({ namespace: 'istio-system', name: 'other', ips: ['10.7.0.1', 'fd00::1'], interceptionMode: 'NONE' }),
  testIdentity({ type: 'router', namespace: 'istio-system', name: 'ingress', labels: { istio: 'ingressgateway' }, ips: ['10.7.0.2'] }),
  testIdentity({ type: 'grpc', namespace: 'a', name: 'grpc', ips: ['10.7.0.3'] }),
]
const localClients: readonly ProxyIdentity[] = [
  ...['a/web', 'a/cart', 'b/cart'].map((loopback) => testIdentity({ namespace: loopback.slice(0, 1), name: loopback.slice(2), labels: { app: loopback.slice(2) }, ips: ['127.0.0.1'], interceptionMode: 'NONE', loopback, wantsProvenance: true })),
  testIdentity({ type: 'router', namespace: 'istio-system', name: 'ingress', labels: { istio: 'ingressgateway' }, ips: ['127.0.0.1'], interceptionMode: 'NONE', loopback: 'istio-system/ingress' }),
]

const asFiles = (edits: readonly FileEdit[]): FileEdits => Object.fromEntries(edits.map(({ file, resource }) => [file, resource && JSON.stringify(resource)]))

interface Outcome {
  readonly snapshots: readonly Readonly<Record<string, string>>[]
  readonly findings: readonly string[]
}

function outcome(istiod: MemoryIstiod, proxies: readonly ReturnType<MemoryIstiod['connect']>[]): Outcome {
  const snapshots = proxies.map((proxy) => flatSnapshot(proxy.snapshot()))
  expect(istiod.graph.failures.map(({ error }) => String(error.cause ?? error))).toEqual([])
  return { snapshots, findings: [...new Set(istiod.diagnostics().map(formatDiagnostic))].sort() }
}

const MESSAGES: Readonly<Record<string, MessageName>> = {
  [CLUSTER_TYPE]: 'envoy.config.cluster.v3.Cluster', [ENDPOINT_TYPE]: 'envoy.config.endpoint.v3.ClusterLoadAssignment', [LISTENER_TYPE]: 'envoy.config.listener.v3.Listener', [ROUTE_TYPE]: 'envoy.config.route.v3.RouteConfiguration',
}

/** Applies the edits in batches, and all of the last ones to a fresh istiod at once. */
function compare(batches: readonly (readonly FileEdit[])[], who: readonly ProxyIdentity[], options: { readonly local?: boolean }): void {
  const [grown, fresh] = [memoryIstiod(options), memoryIstiod(options)]
  const proxies = who.map((identity) => grown.connect(identity))
  const last = new Map<string, FileEdit>()
  for (const batch of batches) {
    grown.edit(asFiles(batch))
    for (const one of batch) last.set(one.file, one)
    // Snapshots are made on the way too: that is when memory of earlier states can do harm.
    for (const proxy of proxies) proxy.snapshot()
  }
  // The fresh one meets its files in another order.
  fresh.edit(asFiles([...last.values()].filter(({ resource }) => resource).reverse()))
  const now = outcome(grown, proxies)
  const anew = outcome(fresh, who.map((identity) => fresh.connect(identity)))
  for (const [i, snapshot] of now.snapshots.entries()) {
    const other = anew.snapshots[i] ?? {}
    expect(Object.keys(snapshot), `resources of ${who[i]?.name}`).toEqual(Object.keys(other))
    for (const [name, bytes] of Object.entries(snapshot)) {
      const [typeUrl = ''] = name.split(' ')
      const message = MESSAGES[typeUrl]
      const shown = (text: string | undefined): unknown => (message ? decode(message, Buffer.from(text ?? '', 'latin1')) : text)
      const decoded = shown(bytes)
      if (bytes !== other[name]) expect(decoded, `${name} of ${who[i]?.name}`).toEqual(shown(other[name]))
      expect(bytes === other[name], `bytes of ${name}`).toBe(true)
    }
  }
  expect(now.findings).toEqual(anew.findings)
  expect(now.findings.filter((finding) => /MESH099[024]|MESH0983/.test(finding))).toEqual([])
}

/** A mesh to begin with, and then a few edits at a time. */
const batches = (edit: fc.Arbitrary<FileEdit>): fc.Arbitrary<FileEdit[][]> =>
  fc.tuple(fc.array(edit, { minLength: 12, maxLength: 40, size: 'max' }), fc.array(fc.array(edit, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 10, size: 'max' })).map(([first, then]) => [first, ...then])
/** Enough for every save; a longer hunt is one variable away. */
const RUNS = Number(process.env['MESH_PROPERTY_RUNS'] ?? 40)

describe('istiod after any edits', () => {
  it('gives the bytes and findings that a fresh one gives, in a cluster', () => {
    fc.assert(fc.property(batches(fileEdit), (edits) => compare(edits, clients, {})), { numRuns: RUNS })
  }, 600_000)

  it('gives the bytes and findings that a fresh one gives, in a local mesh', () => {
    fc.assert(fc.property(localMesh, batches(fc.oneof({ weight: 8, arbitrary: fileEdit }, localMesh)), (mesh, edits) => compare([[mesh], ...edits], localClients, { local: true })), { numRuns: RUNS })
  }, 600_000)
})
