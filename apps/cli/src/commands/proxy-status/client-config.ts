/** What each control plane says of its proxies: `envoy.service.status.v3.ClientConfig`s in a DiscoveryResponse, as istiod's debug xDS gives them. */
import { listOf, textOf, type Fields } from '../../dump/json-value.ts'

/** Status of one type at one proxy. `UNKNOWN` = never asked for. */
export type ConfigStatus = 'UNKNOWN' | 'SYNCED' | 'NOT_SENT' | 'STALE' | 'ERROR'

/** A proxy as a control plane sees it. */
export interface ClientConfig {
  readonly '@type': typeof CLIENT_CONFIG
  readonly node: { readonly id: string; readonly metadata: Readonly<Record<string, string>> }
  readonly genericXdsConfigs: readonly { readonly typeUrl: string; readonly configStatus: ConfigStatus }[]
}

/** The answer of one control plane instance, in JSON. */
export interface StatusResponse {
  readonly versionInfo: string
  readonly resources: readonly ClientConfig[]
  readonly typeUrl: typeof CLIENT_CONFIG
  /** `identifier` is JSON: who answered. */
  readonly controlPlane: { readonly identifier: string }
}

/** Type URL of {@link ClientConfig}. */
const CLIENT_CONFIG = 'type.googleapis.com/envoy.service.status.v3.ClientConfig'

/** The proxy's facts that a control plane repeats. */
export interface ClientFacts {
  readonly id: string
  readonly cluster: string
  readonly version: string
  readonly namespace: string
  /** By type URL without prefix. */
  readonly statuses: Readonly<Record<string, ConfigStatus>>
}

/** An answer from facts. */
export function statusResponse(istiod: string, version: string, clients: readonly ClientFacts[]): StatusResponse {
  return {
    versionInfo: version,
    resources: clients.map(clientConfig),
    typeUrl: CLIENT_CONFIG,
    controlPlane: { identifier: JSON.stringify({ Component: 'istiod', ID: istiod, Info: { version, revision: '', golang_version: '', status: '', tag: '' } }) },
  }
}

function clientConfig({ id, cluster, version, namespace, statuses }: ClientFacts): ClientConfig {
  return {
    '@type': CLIENT_CONFIG,
    node: { id, metadata: { CLUSTER_ID: cluster, ISTIO_VERSION: version, ...(namespace === '' ? {} : { NAMESPACE: namespace }) } },
    genericXdsConfigs: Object.entries(statuses).map(([type, configStatus]) => ({ typeUrl: `type.googleapis.com/${type}`, configStatus })),
  }
}

/** Fields of istiod's `/debug/syncz` by type. */
const SYNCZ_TYPES = [
  ['cluster', 'envoy.config.cluster.v3.Cluster'],
  ['listener', 'envoy.config.listener.v3.Listener'],
  ['route', 'envoy.config.route.v3.RouteConfiguration'],
  ['endpoint', 'envoy.config.endpoint.v3.ClusterLoadAssignment'],
  ['extensionconfig', 'envoy.config.core.v3.TypedExtensionConfig'],
] as const

/** The facts in a `/debug/syncz` answer of istiod. */
export function clientsOfSyncz(answer: unknown): readonly ClientFacts[] {
  return listOf(answer).map((row) => {
    const id = textOf(row['proxy'])
    const statuses = SYNCZ_TYPES.map(([field, type]) => [type, statusOf(textOf(row[`${field}_sent`]), textOf(row[`${field}_acked`]), refusalOf(row, type))] as const)
    return { id, cluster: textOf(row['cluster_id']), version: textOf(row['istio_version']), namespace: id.includes('.') ? id.slice(id.lastIndexOf('.') + 1) : '', statuses: Object.fromEntries(statuses) }
  })
}

const refusalOf = (row: Fields, type: string): boolean => textOf((row['errors'] as Fields | undefined)?.[`type.googleapis.com/${type}`]) !== ''

/** A proxy that has refused the last answer is in error; sent and acknowledged nonces that differ are stale. */
function statusOf(sent: string, acked: string, refused: boolean): ConfigStatus {
  if (refused) return 'ERROR'
  if (sent === '') return 'UNKNOWN'
  return sent === acked ? 'SYNCED' : 'STALE'
}
