/** The agent's secret discovery service for the Envoy beside it: the workload's certificate and trust anchors, and what users keep in files. */
import { rmSync } from 'node:fs'
import { encode, type Messages } from '@istio-ts/api-types/envoy'
import { workloadSecrets, type SecretMessage, type WorkloadKeyMaterial } from '@istio-ts/ca'
import type { Clock, MeshError } from '@istio-ts/foundation'
import type { Telemetry } from '@istio-ts/telemetry'
import { SECRET_TYPE, snapshotStore, xdsServer, type Snapshot } from '@istio-ts/xds-protocol'
import { addSdsService, openGrpcSocket } from '@istio-ts/xds-protocol/grpc'
import { FileSecrets } from '../../agent/file-secrets.ts'

type Secret = Messages['envoy.extensions.transport_sockets.tls.v3.Secret']

/** A running SDS. */
export interface SdsServer {
  /** Gives Envoy new key material; live connections go on with the old. */
  update(material: WorkloadKeyMaterial): void
  close(): void
}

/** What it needs. */
export interface SdsDeps {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly onError: (error: MeshError) => void
}

/** Opens the socket, replacing one that a dead process left. @throws MeshError MESH0504 */
export async function openSds(path: string, first: WorkloadKeyMaterial, deps: SdsDeps): Promise<SdsServer> {
  const store = snapshotStore()
  const listeners = new Set<() => void>()
  const secrets = new Map<string, SecretMessage>()
  let current: Snapshot = { types: new Map() }
  const take = (changed: readonly SecretMessage[]): void => {
    for (const secret of changed) secrets.set(secret.name, secret)
    current = store.build([{
      typeUrl: SECRET_TYPE,
      key: 'agent',
      resources: [...secrets.values()].map((secret) => ({ name: secret.name, bytes: encode('envoy.extensions.transport_sockets.tls.v3.Secret', secret satisfies Secret), provenance: [] })),
    }], current)
    for (const listener of listeners) listener()
  }
  take(workloadSecrets(first))
  const files = new FileSecrets({ ...deps, onSecrets: take })
  // Envoy opens a stream per secret and closes it without a word: what was asked for once is kept up.
  const asked = new Set<string>()
  const xds = xdsServer({ ...deps, feeds: () => ({
    current: () => current,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    asked(_typeUrl, names) {
      for (const name of names) asked.add(name)
      files.want(asked)
    },
  }) }, { controlPlane: 'istio-ts agent' })
  rmSync(path, { force: true })
  const socket = await openGrpcSocket(path, (server) => addSdsService(server, xds))
  return {
    update: (material) => take(workloadSecrets(material)),
    close() {
      files.close()
      xds.close()
      socket.close()
      rmSync(path, { force: true })
    },
  }
}
