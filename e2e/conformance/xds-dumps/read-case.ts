/** Reads one case of the corpus: resources as the API server would hold them, mesh settings, and the proxies that connect. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigMap, readMeshConfig, readMeshNetworks, type MeshConfig, type MeshNetworks, type Resource, parse } from '@istio-ts/api-types'
import { DEFAULT_LIMITS, loadText, parseObject, parseValues } from '@istio-ts/api-types/yaml'
import { DEFAULT_CLUSTER, formatDiagnostic, type ClusterId } from '@istio-ts/foundation'
import type { ProxyIdentity, ProxyType } from '@istio-ts/mesh-model'

/** One proxy and what istiod sent it. */
export interface CaseProxy {
  readonly name: string
  readonly identity: ProxyIdentity
  /** Listeners that a proxyless client asks for by name; absent for all others, which take all. */
  readonly grpcListeners?: readonly string[]
  readonly expected: Readonly<Record<string, unknown>>
}

/** Everything of a case. */
export interface XdsCase {
  readonly resources: ReadonlyMap<ClusterId, readonly Resource[]>
  readonly mesh: MeshConfig
  readonly networks: MeshNetworks
  /** Environment variables of istiod that differ from its defaults. */
  readonly environment: Readonly<Record<string, string>>
  readonly proxies: readonly CaseProxy[]
}

/** Istio resources without a time of their own are younger than all Kubernetes objects. */
const ISTIO_TIME = '2025-01-01T00:00:00Z'

/** Reads the folder of a case. Throws when an input cannot be read: all inputs of the corpus are valid. */
export function readCase(folder: string): XdsCase {
  const text = (file: string): string | undefined => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : undefined)
  const own = [...load(text('kubernetes.yaml') ?? '', 'kubernetes.yaml', DEFAULT_CLUSTER), ...load(text('config.yaml') ?? '', 'config.yaml', DEFAULT_CLUSTER)]
  const others = readdirSync(folder).flatMap((file) => /^kubernetes-(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .map((cluster) => [cluster, load(text(`kubernetes-${cluster}.yaml`) ?? '', `kubernetes-${cluster}.yaml`, cluster)] as const)
  const settings = parse(ConfigMap, {
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' },
    data: { mesh: text('mesh.yaml') ?? '{}', ...(text('mesh-networks.yaml') === undefined ? {} : { meshNetworks: text('mesh-networks.yaml') }) },
  })
  const mesh = readMeshConfig(settings)
  const networks = readMeshNetworks(settings)
  if (mesh.value === undefined || networks.value === undefined) throw new Error([...mesh.diagnostics, ...networks.diagnostics].map(formatDiagnostic).join('; '))
  return {
    resources: new Map([[DEFAULT_CLUSTER, own], ...others]),
    mesh: mesh.value,
    networks: networks.value,
    environment: Object.fromEntries(Object.entries(record(yaml(text('env.yaml') ?? '{}'))).map(([name, value]) => [name, String(value)])),
    proxies: list(yaml(text('proxies.yaml') ?? '[]')).map((proxy) => {
      const name = string(record(proxy)['name'])
      return { name, identity: identityOf(record(proxy)), ...(record(proxy)['type'] === 'grpc' ? { grpcListeners: list(record(proxy)['grpcListeners']).map(String) } : {}), expected: record(JSON.parse(text(join('expected', `${name}.json`)) ?? '{}')) }
    }),
  }
}

function load(text: string, file: string, cluster: ClusterId): readonly Resource[] {
  if (text.trim() === '') return []
  return loadText(text, { file, cluster, parse: (object, source) => parseObject(withTime(object), source, cluster) }).flatMap(({ resource, diagnostics, refused }) => {
    if (refused) throw new Error(diagnostics.map(formatDiagnostic).join('; '))
    return resource === undefined ? [] : [resource]
  })
}

function withTime(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  // `name: off` is a boolean in YAML 1.1; the Go loader that made the corpus turned it into text again.
  const written = record(object['metadata'])
  const metadata = { ...written, name: String(written['name']) }
  if (!string(object['apiVersion']).includes('.istio.io/') || written['creationTimestamp'] !== undefined) return { ...object, metadata }
  return { ...object, metadata: { ...metadata, creationTimestamp: ISTIO_TIME } }
}

/** The identity that the node of a proxy presents and its certificate proves. */
function identityOf(proxy: Readonly<Record<string, unknown>>): ProxyIdentity {
  const own = record(proxy['metadata'])
  const namespace = string(proxy['namespace'])
  const name = string(proxy['pod']) || string(proxy['name'])
  const ips = Array.isArray(proxy['ips']) ? proxy['ips'].map(String) : [string(proxy['ip'])]
  const labels = Object.fromEntries(Object.entries(record(own['LABELS'] ?? proxy['labels'])).map(([key, value]) => [key, String(value)]))
  const serviceAccount = string(proxy['serviceAccount']) || 'default'
  const { region, zone, subzone } = record(proxy['locality'])
  const metadata = {
    NAME: name, NAMESPACE: namespace, SERVICE_ACCOUNT: serviceAccount, LABELS: labels, ISTIO_VERSION: '1.32.0', CLUSTER_ID: DEFAULT_CLUSTER, INSTANCE_IPS: ips.join(','), ...own,
  }
  return {
    type: typeOf(string(proxy['type'])), name, namespace, ips, labels, serviceAccount,
    cluster: string(metadata.CLUSTER_ID), network: string(own['NETWORK']), locality: { region: string(region), zone: string(zone), subzone: string(subzone) },
    dnsDomain: string(proxy['dnsDomain']) || `${namespace}.svc.cluster.local`,
    istioVersion: string(metadata.ISTIO_VERSION), extensions: 'all', wantsProvenance: false,
    interceptionMode: own['INTERCEPTION_MODE'] === 'NONE' ? 'NONE' : own['INTERCEPTION_MODE'] === 'TPROXY' ? 'TPROXY' : 'REDIRECT',
    metadata,
  }
}

const typeOf = (type: string): ProxyType => (type === 'gateway' ? 'router' : type === 'waypoint' ? 'waypoint' : type === 'grpc' ? 'grpc' : 'sidecar')

function yaml(text: string): unknown {
  const parsed = parseValues(text, DEFAULT_LIMITS)
  if ('problem' in parsed) throw new Error(parsed.problem.reason)
  return parsed.value
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const string = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value))
