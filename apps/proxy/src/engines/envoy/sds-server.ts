/** The agent's secret discovery service: the workload's certificate and trust anchors for the Envoy beside it. */
import { rmSync } from 'node:fs'
import { encode, type Messages } from '@istio-ts/api-types/envoy'
import { workloadSecrets, type WorkloadKeyMaterial } from '@istio-ts/ca'
import type { Clock } from '@istio-ts/foundation'
import type { Telemetry } from '@istio-ts/telemetry'
import { SECRET_TYPE, snapshotStore, xdsServer, type Snapshot } from '@istio-ts/xds-protocol'
import { addSdsService, openGrpcSocket } from '@istio-ts/xds-protocol/grpc'

type Secret = Messages['envoy.extensions.transport_sockets.tls.v3.Secret']

/** A running SDS. */
export interface SdsServer {
  /** Gives Envoy new key material; live connections go on with the old. */
  update(material: WorkloadKeyMaterial): void
  close(): void
}

/** Opens the socket, replacing one that a dead process left. @throws MeshError MESH0504 */
export async function openSds(path: string, first: WorkloadKeyMaterial, deps: { readonly clock: Clock; readonly telemetry: Telemetry }): Promise<SdsServer> {
  const store = snapshotStore()
  const listeners = new Set<() => void>()
  const build = (material: WorkloadKeyMaterial, before?: Snapshot): Snapshot => store.build([{
    typeUrl: SECRET_TYPE,
    key: 'workload',
    resources: workloadSecrets(material).map((secret) => ({ name: secret.name, bytes: encode('envoy.extensions.transport_sockets.tls.v3.Secret', secret satisfies Secret), provenance: [] })),
  }], before)
  let current = build(first)
  const xds = xdsServer({ ...deps, feeds: () => ({
    current: () => current,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }) }, { controlPlane: 'istio-ts agent' })
  rmSync(path, { force: true })
  const socket = await openGrpcSocket(path, (server) => addSdsService(server, xds))
  return {
    update(material) {
      current = build(material, current)
      for (const listener of listeners) listener()
    },
    close() {
      xds.close()
      socket.close()
      rmSync(path, { force: true })
    },
  }
}
