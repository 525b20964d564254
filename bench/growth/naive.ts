/** The peer of `growth`: the same code, but each change builds graph, views and snapshots anew and compares every proxy's resources. */
import { DEFAULT_CLUSTER, manualClock } from '@istio-ts/foundation'
import { resourceKey } from '@istio-ts/foundation'
import { refOf, type Resource } from '@istio-ts/api-types'
import { meshModel, type ProxyIdentity } from '@istio-ts/mesh-model'
import { memoryMesh } from '@istio-ts/mesh-model/testing'
import { silentTelemetry } from '@istio-ts/telemetry'
import { diffSlices, emptySlice, responseEncoder, type Snapshot } from '@istio-ts/xds-protocol'
import { viewTranslator } from '../../apps/istiod/src/proxies/view-translator.ts'
import { proxiesOf, resourcesOf, type MeshSize, type ProxyPlace } from './mesh.ts'

/** A control plane that recomputes everything. */
export interface NaiveMesh {
  /** Applies a change; returns how many messages it makes. */
  change(resource: Resource): number
}

/** Makes it, with the first configuration of every proxy. */
export function naiveMesh(size: MeshSize): NaiveMesh {
  const keyOf = (one: Resource): string => resourceKey(refOf(one))
  const resources = new Map(resourcesOf(size).map((one) => [keyOf(one), one]))
  const identities = proxiesOf(size).map(identityOf)
  const encoder = responseEncoder()
  const held = new Map<ProxyIdentity, Snapshot>()
  const push = (): number => {
    const memory = memoryMesh({ resources: [...resources.values()] })
    const model = meshModel(memory.graph, memory.inputs)
    const translator = viewTranslator({ telemetry: silentTelemetry(), clock: manualClock() })
    let messages = 0
    for (const identity of identities) {
      const { snapshot } = translator.snapshotOf(model.view(identity).view)
      for (const [typeUrl, slice] of snapshot.types) {
        const changes = diffSlices(held.get(identity)?.types.get(typeUrl) ?? emptySlice(typeUrl), slice)
        if (changes.length === 0) continue
        encoder.delta({ typeUrl, nonce: '1', version: '', resources: changes.flatMap(({ after }) => (after ? [after] : [])), removed: [] })
        messages++
      }
      held.set(identity, snapshot)
    }
    return messages
  }
  push()
  return {
    change(resource) {
      resources.set(keyOf(resource), resource)
      return push()
    },
  }
}

const identityOf = ({ name, namespace, ip }: ProxyPlace): ProxyIdentity => ({
  type: 'sidecar', name, namespace, ips: [ip], labels: {}, serviceAccount: 'default', cluster: DEFAULT_CLUSTER, network: '',
  locality: { region: '', zone: '', subzone: '' }, dnsDomain: `${namespace}.svc.cluster.local`, istioVersion: '1.32.0', extensions: 'all',
  wantsProvenance: false, interceptionMode: 'REDIRECT', metadata: {},
})
