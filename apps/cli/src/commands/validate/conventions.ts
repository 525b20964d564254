/** What the mesh asks of ordinary Services and Deployments. @see https://istio.io/latest/docs/ops/deployment/application-requirements/ */
import type { SourceDocument } from '@istio-ts/api-types'
import { DEFAULT_CLUSTER, type Diagnostic, type JsonPath } from '@istio-ts/foundation'
import { at, fieldsOf, textOf, type Fields } from '../../dump/json-value.ts'
import { missingLabel, unnamedProtocol } from './diagnostics.ts'

/** Warnings about an object of Kubernetes; the mesh's own namespace may do as it likes. */
export function conventionFindings(object: Fields, source: SourceDocument): readonly Diagnostic[] {
  const { kind } = object
  if ((kind !== 'Service' && kind !== 'Deployment') || at(object, 'metadata', 'namespace') === 'istio-system') return []
  const resource = { cluster: DEFAULT_CLUSTER, group: kind === 'Service' ? '' : 'apps', kind, namespace: textOf(at(object, 'metadata', 'namespace')) || 'default', name: textOf(at(object, 'metadata', 'name')) }
  const here = (path: JsonPath, finding: Pick<Diagnostic, 'code' | 'severity' | 'message' | 'remedy'>): Diagnostic => ({ ...finding, resource, source: source.locate(path) })
  if (kind === 'Deployment') return ['app', 'version'].filter((label) => !labelsOf(object).some((labels) => label in labels)).map((label) => here(['metadata', 'labels'], missingLabel(label)))
  const ports = at(object, 'spec', 'ports')
  if (!Array.isArray(ports)) return []
  return ports.flatMap((port: unknown, index) => (saysProtocol(fieldsOf(port)) ? [] : [here(['spec', 'ports', index], unnamedProtocol(textOf(at(port, 'name'))))]))
}

/** Labels of the Deployment, or of the pods it makes. */
const labelsOf = (object: Fields): readonly Fields[] => [fieldsOf(at(object, 'metadata', 'labels')), fieldsOf(at(object, 'spec', 'template', 'metadata', 'labels'))]

/** Protocols a port's name may begin with. */
const PROTOCOLS: ReadonlySet<string> = new Set(['grpc', 'grpc-web', 'hbone', 'http', 'http2', 'http_proxy', 'https', 'mongo', 'mysql', 'redis', 'tcp', 'tls', 'udp'])

function saysProtocol(port: Fields): boolean {
  const name = textOf(port['name']).toLowerCase()
  return port['appProtocol'] !== undefined || textOf(port['protocol']).toUpperCase() === 'UDP' || PROTOCOLS.has(name.split('-')[0] ?? '') || name.startsWith('grpc-web')
}
