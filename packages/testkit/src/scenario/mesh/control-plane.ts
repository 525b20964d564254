/** istiod's pure half: resources -> model -> views -> snapshots -> sessions, without gRPC, files or keys. */
import { applyMeshConfig, ConfigMap, defaultMeshConfig, readMeshConfig, refOf, type LoopbackPlan, type Resource } from '@istio-ts/api-types'
import { DEFAULT_CLUSTER, describeResource, resourceKey, type Clock, type Diagnostic } from '@istio-ts/foundation'
import { deriveLocalMesh, type PortLedger, type ReadyProcesses } from '@istio-ts/local'
import { meshModel, type ProxyIdentity, type ProxyView } from '@istio-ts/mesh-model'
import { memoryMesh } from '@istio-ts/mesh-model/testing'
import { silentTelemetry } from '@istio-ts/telemetry'
import { check, SECRET_TYPE, snapshotStore, xdsServer, type Feed, type Snapshot, type SnapshotStore, type StreamTransport, type XdsVariant } from '@istio-ts/xds-protocol'
import { translate, translationMemo } from '@istio-ts/xds-translator'
import { xdsPair } from '../world/xds-pair.ts'
import { gatewaySecrets } from './gateway-secrets.ts'

/** What a local mesh lays over Istio's code defaults. */
const LOCAL_OVERLAY = { defaultProviders: { metrics: ['prometheus'] }, accessLogFile: '/dev/stdout' }

/** A control plane in memory. */
export interface ControlPlane {
  /** Makes the mesh hold exactly these resources, in one transaction; the plans by which its processes reach each other. */
  serve(files: readonly Resource[], ledger: PortLedger, ready: ReadyProcesses): readonly LoopbackPlan[]
  /** A stream for a proxy with this identity; the node id tells which. */
  dial(identity: ProxyIdentity): StreamTransport
  /** Findings of the model and refusals of proxies. */
  diagnostics(): readonly Diagnostic[]
  /** True while a proxy has not answered what it was sent. */
  busy(): boolean
  close(): void
}

/** Makes an empty mesh, which speaks the given form of xDS with every proxy. */
export function controlPlane(clock: Clock, variant: XdsVariant): ControlPlane {
  const mesh = memoryMesh({ mesh: LOCAL_OVERLAY })
  const model = meshModel(mesh.graph, mesh.inputs)
  const store = snapshotStore()
  const snapshotOf = snapshots(store)
  const refused = new Map<string, readonly Diagnostic[]>()
  const identities = new Map<string, ProxyIdentity>()
  let held = new Map<string, Resource>()
  const server = xdsServer({
    clock,
    telemetry: silentTelemetry(),
    feeds: ({ node }) => {
      const identity = identities.get(node.id)
      return identity ? feedOf(identity) : { refused: 'permission-denied', detail: `nobody is called ${node.id}` }
    },
    onDiagnostics: (connectionId, typeUrl, diagnostics) => void refused.set(`${connectionId} ${typeUrl}`, diagnostics),
  })
  const feedOf = (identity: ProxyIdentity): Feed => ({
    current() {
      const { view } = model.view(identity)
      const snapshot = snapshotOf(view)
      if (view.secrets.length === 0) return snapshot
      const secrets = store.build([gatewaySecrets(mesh.inputs.clusters.get(DEFAULT_CLUSTER), identity, view.secrets)]).types.get(SECRET_TYPE)
      return secrets ? { types: new Map(snapshot.types).set(SECRET_TYPE, secrets) } : snapshot
    },
    onChange: (listener) => model.subscribe(identity, listener),
  })
  return {
    serve(files, ledger, ready) {
      const { resources, plans, diagnostics } = deriveLocalMesh(files, ledger, ready)
      if (diagnostics.length > 0) throw new Error(diagnostics.map((one) => `${one.code} ${one.message}`).join('\n'))
      const next = new Map([...files, ...resources].map((resource) => [resourceKey(refOf(resource)), resource]))
      mesh.graph.update(() => {
        for (const [key, resource] of held) if (!next.has(key)) mesh.remove(resource)
        mesh.apply(...next.values())
        for (const key of mesh.loopback.keys()) if (!plans.some((plan) => plan.key === key)) mesh.loopback.delete(key)
        for (const plan of plans) mesh.loopback.set(plan.key, plan)
        mesh.mesh.set(settingsOf(next.values()))
      })
      held = next
      const [failure] = mesh.graph.failures
      if (failure) throw new Error(`derivation ${failure.node} of ${failure.key} failed`, { cause: failure.error })
      return plans
    },
    dial(identity) {
      identities.set(nodeId(identity), identity)
      const [client, accepted] = xdsPair()
      server.accept(accepted, variant, { address: 'memory', security: 'plaintext', uris: [] })
      return client
    },
    diagnostics: () => [...model.diagnostics.values(), ...[...refused.values()].flat()],
    busy: () => server.connections().some(({ types }) => types.some((type) => type.sentNonce !== type.ackedNonce && type.error === undefined)),
    close: () => server.close(),
  }
}

/** Istio's node id of an identity. */
export const nodeId = (identity: ProxyIdentity): string => `${identity.type}~${identity.ips[0] ?? '127.0.0.1'}~${identity.name}.${identity.namespace}~${identity.dnsDomain}`

/** Translates each view once, and serves nothing inconsistent. */
function snapshots(store: SnapshotStore): (view: ProxyView) => Snapshot {
  const memo = translationMemo()
  const newest = new Map<string, { readonly view: ProxyView; readonly snapshot: Snapshot }>()
  return (view) => {
    const known = newest.get(view.key)
    if (known?.view === view) return known.snapshot
    const snapshot = store.build(translate(view, memo).bundles, known?.snapshot)
    const findings = check(snapshot, known?.snapshot)
    if (findings.length > 0) throw new Error(`the snapshot of ${view.key} is inconsistent: ${JSON.stringify(findings)}`)
    newest.set(view.key, { view, snapshot })
    return snapshot
  }
}

function settingsOf(resources: Iterable<Resource>): ReturnType<typeof applyMeshConfig> {
  const base = applyMeshConfig(defaultMeshConfig, LOCAL_OVERLAY)
  const written = [...resources].find((resource): resource is Resource<ConfigMapData> => resource.kind === ConfigMap.kind && resource.metadata.namespace === 'istio-system' && resource.metadata.name === 'istio')
  if (!written) return base
  const { value } = readMeshConfig(written, base)
  if (!value) throw new Error(`${describeResource(refOf(written))} of ${DEFAULT_CLUSTER} cannot be read`)
  return value
}

type ConfigMapData = Parameters<typeof readMeshConfig>[0]['spec']
