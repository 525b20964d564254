/** Who a client is to the model: what it says of itself, as far as its proof allows. */
import type { Caller } from '@istio-ts/ca'
import { DEFAULT_CLUSTER } from '@istio-ts/foundation'
import type { AnnouncedExtensions, InterceptionMode, ProxyIdentity, ProxyType } from '@istio-ts/mesh-model'
import { parseNodeId, type JsonValue, type NodeId, type Refusal, type XdsNode } from '@istio-ts/xds-protocol'

/**
 * Builds the identity. With a `caller` (a secure port) the namespace and service account must be those that were proved
 * (Istio's PILOT_ENABLE_XDS_IDENTITY_CHECK); without one (plaintext on loopback) the client is believed, and gets no secrets.
 */
export function proxyIdentity(node: XdsNode, caller: Caller | undefined): ProxyIdentity | Refusal {
  const id = parseNodeId(node.id)
  const grpc = text(node.metadata['GENERATOR']) === 'grpc'
  if (!id) return { refused: 'invalid-argument', detail: 'node id is not of the form type~ip~name.namespace~domain' }
  const type = proxyType(id, grpc)
  if (!type) return { refused: 'invalid-argument', detail: `proxies of type ${id.type} are not served` }
  const namespace = text(node.metadata['NAMESPACE']) ?? id.namespace
  const serviceAccount = text(node.metadata['SERVICE_ACCOUNT'])
  const loopback = text(node.metadata['LOOPBACK'])
  if (caller && !proves(caller, namespace, id, serviceAccount)) return { refused: 'permission-denied', detail: 'the node is not what its credentials prove' }
  if (loopback !== undefined && loopback !== `${namespace}/${loopback.slice(loopback.indexOf('/') + 1)}`) return { refused: 'permission-denied', detail: 'the loopback plan is of another namespace' }
  return {
    type,
    name: text(node.metadata['NAME']) ?? id.name,
    namespace,
    ips: addresses(text(node.metadata['INSTANCE_IPS']), id.ip),
    labels: textRecord(node.metadata['LABELS']),
    serviceAccount: caller?.identity.serviceAccount ?? serviceAccount ?? 'default',
    cluster: text(node.metadata['CLUSTER_ID']) ?? DEFAULT_CLUSTER,
    network: text(node.metadata['NETWORK']) ?? '',
    locality: { region: node.locality.region, zone: node.locality.zone, subzone: node.locality.subZone },
    dnsDomain: id.dnsDomain,
    istioVersion: text(node.metadata['ISTIO_VERSION']) ?? '',
    extensions: announced(node),
    wantsProvenance: node.metadata['ISTIO_TS_PROVENANCE'] === 'true' || node.metadata['ISTIO_TS_PROVENANCE'] === true,
    interceptionMode: interception(text(node.metadata['INTERCEPTION_MODE'])),
    ...(loopback === undefined ? {} : { loopback }),
    metadata: node.metadata,
  }
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function proxyType(id: NodeId, grpc: boolean): ProxyType | undefined {
  switch (id.type) {
    case 'sidecar': return grpc ? 'grpc' : 'sidecar'
    case 'router': return 'router'
    case 'waypoint': return 'waypoint'
    // Their own resource types come with ambient mode.
    case 'ztunnel':
    case 'agentgateway': return undefined
  }
}

const proves = ({ identity }: Caller, namespace: string, id: NodeId, serviceAccount: string | undefined): boolean =>
  identity.namespace === namespace && identity.namespace === id.namespace && (serviceAccount === undefined || identity.serviceAccount === serviceAccount)

const addresses = (list: string | undefined, primary: string): readonly string[] => [...new Set([primary, ...(list?.split(',').map((ip) => ip.trim()).filter((ip) => ip !== '') ?? [])])]

function textRecord(value: JsonValue | undefined): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (typeof item === 'string' ? [[key, item]] : [])))
}

const interception = (mode: string | undefined): InterceptionMode => (mode === 'TPROXY' || mode === 'NONE' ? mode : 'REDIRECT')

/** `category/type` pairs; a client that announces nothing is taken to have everything. */
function announced(node: XdsNode): AnnouncedExtensions {
  if (node.extensions.length === 0) return 'all'
  return new Set(node.extensions.flatMap(({ category, typeUrls }) => typeUrls.map((typeUrl) => `${category}/${typeUrl}`)))
}
