/** MeshConfig of a case, as a ConfigMap would bring it. */
import { ConfigMap, parse, readMeshConfig, type MeshConfig } from '@istio-ts/api-types'
import { formatDiagnostic } from '@istio-ts/foundation'

/** Mesh settings laid over the defaults. @throws Error if they cannot be read */
export function meshOf(settings: Readonly<Record<string, unknown>> = {}): MeshConfig {
  const read = readMeshConfig(parse(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: JSON.stringify(settings) } }))
  if (!read.value) throw new Error(read.diagnostics.map(formatDiagnostic).join('; '))
  return read.value
}
