/** Cluster and ClusterLoadAssignment -> compiled forms. */
import { durationMs, socketAddress, wideInteger } from '../config/scalars.ts'
import { noteBadField, noteUnknown, type Report } from '../config/report.ts'
import { isRecord, openAny, unpack, type Any, type Cluster, type ClusterLoadAssignment, type HttpProtocolOptions, type LbEndpoint } from '../config/wire.ts'
import { parseWorkloadMetadata } from '../stream/peer.ts'
import { ipFamily } from '@istio-ts/foundation'
import { compileSocket, secretNames } from './transport-socket.ts'
import type { BalancerKind, CircuitBreakers, ClusterKind, CompiledAssignment, CompiledCluster, CompiledEndpoint, CompiledLocality, CompiledOutlier, ServiceName, UpstreamHttp } from './compiled-cluster.ts'

const UNLIMITED = 4_294_967_295

/** Compiles a cluster; findings go to the report. */
export function compileCluster(cluster: Cluster, report: Report): CompiledCluster {
  const name = cluster.name ?? ''
  if (name === '') noteBadField(report, 'name', 'a cluster needs a name')
  const kind = clusterKind(cluster, report)
  const sockets = (cluster.transportSocketMatches ?? []).map((match, i) => ({
    name: match.name ?? '',
    labels: isRecord(match.match) ? match.match : {},
    socket: compileSocket(match.transportSocket, 'client', `transportSocketMatches[${i}]`, report),
  }))
  const socket = compileSocket(cluster.transportSocket, 'client', 'transportSocket', report)
  const common = cluster.commonLbConfig
  const all = [...sockets.map((match) => match.socket), socket]
  return {
    name,
    statName: (cluster.altStatName ?? name).replace(/;$/, '') || name,
    kind,
    edsName: cluster.edsClusterConfig?.serviceName || name,
    assignment: cluster.loadAssignment ? compileAssignment(cluster.loadAssignment, report) : undefined,
    balancer: balancerKind(cluster),
    ring: { minSize: wideInteger(cluster.ringHashLbConfig?.minimumRingSize, 1024), maxSize: wideInteger(cluster.ringHashLbConfig?.maximumRingSize, 8 * 1024 * 1024), tableSize: wideInteger(cluster.maglevLbConfig?.tableSize, 65_537) },
    choiceCount: cluster.leastRequestLbConfig?.choiceCount ?? 2,
    connectTimeoutMs: durationMs(cluster.connectTimeout, 5000),
    http: compileHttp(cluster, report),
    breakers: compileBreakers(cluster),
    outlier: compileOutlier(cluster),
    // Envoy's default is 50; Istio sends an empty message, which means 0.
    panicThreshold: common?.healthyPanicThreshold ? common.healthyPanicThreshold.value ?? 0 : 50,
    localityWeighted: common?.localityWeightedLbConfig !== undefined,
    overprovisioning: cluster.loadAssignment?.policy?.overprovisioningFactor ?? 140,
    sockets,
    socket,
    metadata: isRecord(cluster.metadata?.filterMetadata) ? cluster.metadata.filterMetadata : {},
    service: serviceName(cluster),
    secrets: new Set(all.flatMap(secretNames)),
    sourceIp: cluster.upstreamBindConfig?.sourceAddress?.address,
    dnsRefreshMs: durationMs(cluster.dnsRefreshRate, 5000),
    respectDnsTtl: cluster.respectDnsTtl === true,
    dnsFamily: dnsFamily(kind === 'DYNAMIC_FORWARD_PROXY' ? cacheFamily(cluster) : cluster.dnsLookupFamily),
    originalDstHeader: cluster.originalDstLbConfig?.useHttpHeader === true ? cluster.originalDstLbConfig.httpHeaderName || 'x-envoy-original-dst-host' : '',
    originalDstPort: cluster.originalDstLbConfig?.upstreamPortOverride ?? 0,
    initialFetchTimeoutMs: durationMs(cluster.edsClusterConfig?.edsConfig?.initialFetchTimeout, 15_000),
    wire: cluster,
  }
}

/** Compiles endpoints. Port 0 and names without an address are kept for DNS kinds. */
export function compileAssignment(assignment: ClusterLoadAssignment, report: Report): CompiledAssignment {
  const priorities: CompiledLocality[][] = []
  for (const [i, locality] of (assignment.endpoints ?? []).entries()) {
    const priority = locality.priority ?? 0
    if (priority > 128) {
      noteBadField(report, `endpoints[${i}].priority`, 'it is above 128')
      continue
    }
    while (priorities.length <= priority) priorities.push([])
    priorities[priority]?.push({
      region: locality.locality?.region ?? '',
      zone: locality.locality?.zone ?? '',
      subZone: locality.locality?.subZone ?? '',
      weight: locality.loadBalancingWeight ?? 0,
      endpoints: (locality.lbEndpoints ?? []).map((endpoint, j) => compileEndpoint(endpoint, `endpoints[${i}].lbEndpoints[${j}]`, report)),
    })
  }
  return { name: assignment.clusterName ?? '', priorities, overprovisioning: assignment.policy?.overprovisioningFactor }
}

function compileEndpoint(endpoint: LbEndpoint, path: string, report: Report): CompiledEndpoint {
  const address = socketAddress(endpoint.endpoint?.address)
  if (!address) noteBadField(report, `${path}.endpoint.address`, 'only socket addresses and pipes are supported')
  const isName = address?.kind === 'ip' && ipFamily(address.ip) === undefined
  const metadata = endpoint.metadata?.filterMetadata ?? {}
  const istio = metadata['istio']
  const workload = isRecord(istio) && typeof istio['workload'] === 'string' ? parseWorkloadMetadata(istio['workload']) : undefined
  const labels = metadata['envoy.transport_socket_match']
  const health = endpoint.healthStatus
  return {
    address: isName ? undefined : address,
    dns: isName ? { host: address.ip, port: address.port } : undefined,
    hostname: endpoint.endpoint?.hostname ?? (isName ? address.ip : ''),
    weight: endpoint.loadBalancingWeight ?? 1,
    health: health === 'UNHEALTHY' || health === 'TIMEOUT' ? 'UNHEALTHY' : health === 'DRAINING' ? 'DRAINING' : health === 'DEGRADED' ? 'DEGRADED' : 'HEALTHY',
    socketLabels: isRecord(labels) ? labels : {},
    peer: workload,
    metadata: isRecord(metadata) ? metadata : {},
  }
}

function clusterKind(cluster: Cluster, report: Report): ClusterKind {
  if (cluster.clusterType) {
    const type = cluster.clusterType.typedConfig ? openAny(cluster.clusterType.typedConfig).type : cluster.clusterType.name ?? ''
    if (type === 'envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig') return 'DYNAMIC_FORWARD_PROXY'
    if (type === 'envoy.extensions.clusters.dns.v3.DnsCluster') return 'STRICT_DNS'
    noteUnknown(report, 'clusterType', cluster.clusterType.name ?? '', type)
    return 'STATIC'
  }
  switch (cluster.type) {
    case 'EDS': return 'EDS'
    case 'STRICT_DNS': return 'STRICT_DNS'
    case 'LOGICAL_DNS': return 'LOGICAL_DNS'
    case 'ORIGINAL_DST': return 'ORIGINAL_DST'
    default: return 'STATIC'
  }
}

function balancerKind(cluster: Cluster): BalancerKind {
  const policy = cluster.loadBalancingPolicy?.policies?.[0]?.typedExtensionConfig?.typedConfig?.['@type'] ?? ''
  if (policy.endsWith('.LeastRequest')) return 'LEAST_REQUEST'
  if (policy.endsWith('.RingHash')) return 'RING_HASH'
  if (policy.endsWith('.Maglev')) return 'MAGLEV'
  if (policy.endsWith('.Random')) return 'RANDOM'
  switch (cluster.lbPolicy) {
    case 'LEAST_REQUEST': return 'LEAST_REQUEST'
    case 'RANDOM': return 'RANDOM'
    case 'RING_HASH': return 'RING_HASH'
    case 'MAGLEV': return 'MAGLEV'
    case 'CLUSTER_PROVIDED': return 'CLUSTER_PROVIDED'
    default: return 'ROUND_ROBIN'
  }
}

const dnsFamily = (family: string | number | undefined): CompiledCluster['dnsFamily'] =>
  family === 'V4_ONLY' || family === 'V6_ONLY' || family === 'ALL' || family === 'V4_PREFERRED' ? family : 'AUTO'

/** The family in the DNS cache of a dynamic forward proxy cluster. */
function cacheFamily(cluster: Cluster): string | number | undefined {
  const cache = cluster.clusterType?.typedConfig?.['dnsCacheConfig']
  const family = isRecord(cache) ? cache['dnsLookupFamily'] : undefined
  return typeof family === 'string' ? family : undefined
}

const OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

function compileHttp(cluster: Cluster, report: Report): UpstreamHttp {
  const any: Any | undefined = cluster.typedExtensionProtocolOptions?.[OPTIONS]
  const options: HttpProtocolOptions = any ? unpack(any, OPTIONS) ?? {} : {}
  if (any && any['@type'] !== `type.googleapis.com/${OPTIONS}`) noteUnknown(report, `typedExtensionProtocolOptions["${OPTIONS}"]`, OPTIONS, any['@type'])
  const explicit2 = options.explicitHttpConfig?.http2ProtocolOptions ?? options.autoConfig?.http2ProtocolOptions ?? cluster.http2ProtocolOptions
  const downstream = options.useDownstreamProtocolConfig !== undefined || (!any && cluster.protocolSelection === 'USE_DOWNSTREAM_PROTOCOL')
  const h2 = explicit2 ?? options.useDownstreamProtocolConfig?.http2ProtocolOptions
  const common = options.commonHttpProtocolOptions ?? cluster.commonHttpProtocolOptions
  return {
    protocol: downstream ? 'downstream' : explicit2 ? 'http2' : 'http1',
    // One hour is Envoy's default for both sides.
    idleTimeoutMs: durationMs(common?.idleTimeout, 3_600_000),
    maxRequestsPerConnection: common?.maxRequestsPerConnection ?? cluster.maxRequestsPerConnection ?? 0,
    maxConnectionDurationMs: durationMs(common?.maxConnectionDuration, 0),
    trailers: (options.explicitHttpConfig?.httpProtocolOptions ?? options.useDownstreamProtocolConfig?.httpProtocolOptions ?? options.autoConfig?.httpProtocolOptions ?? cluster.httpProtocolOptions)?.enableTrailers === true,
    autoSni: options.upstreamHttpProtocolOptions?.autoSni === true,
    autoSanValidation: options.upstreamHttpProtocolOptions?.autoSanValidation === true,
    maxConcurrentStreams: h2?.maxConcurrentStreams ?? 1024,
    initialStreamWindow: h2?.initialStreamWindowSize ?? 1024 * 1024,
    initialConnectionWindow: h2?.initialConnectionWindowSize ?? 4 * 1024 * 1024,
  }
}

function compileBreakers(cluster: Cluster): CircuitBreakers {
  const threshold = cluster.circuitBreakers?.thresholds?.find((entry) => entry.priority === undefined || entry.priority === 'DEFAULT')
  const budget = threshold?.retryBudget
  return {
    // Envoy's defaults: 1024 each, 3 retries. They also hold for fields a threshold leaves out.
    maxConnections: threshold?.maxConnections ?? 1024,
    maxPending: threshold?.maxPendingRequests ?? 1024,
    maxRequests: threshold?.maxRequests ?? 1024,
    maxRetries: Math.min(threshold?.maxRetries ?? 3, UNLIMITED),
    retryBudget: budget ? { share: (budget.budgetPercent?.value ?? 20) / 100, minimum: budget.minRetryConcurrency ?? 3 } : undefined,
  }
}

function compileOutlier(cluster: Cluster): CompiledOutlier | undefined {
  const outlier = cluster.outlierDetection
  if (!outlier) return undefined
  const base = durationMs(outlier.baseEjectionTime, 30_000)
  return {
    consecutive5xx: outlier.consecutive5xx ?? 5,
    enforcing5xx: outlier.enforcingConsecutive5xx ?? 100,
    consecutiveGateway: outlier.consecutiveGatewayFailure ?? 5,
    enforcingGateway: outlier.enforcingConsecutiveGatewayFailure ?? 0,
    splitLocal: outlier.splitExternalLocalOriginErrors === true,
    consecutiveLocal: outlier.consecutiveLocalOriginFailure ?? 5,
    enforcingLocal: outlier.enforcingConsecutiveLocalOriginFailure ?? 100,
    intervalMs: durationMs(outlier.interval, 10_000),
    baseEjectionMs: base,
    maxEjectionMs: durationMs(outlier.maxEjectionTime, Math.max(base, 300_000)),
    maxEjectionPercent: outlier.maxEjectionPercent ?? 10,
  }
}

function serviceName(cluster: Cluster): ServiceName | undefined {
  const istio = cluster.metadata?.filterMetadata?.['istio']
  const services = isRecord(istio) ? istio['services'] : undefined
  const first: unknown = Array.isArray(services) ? services[0] : undefined
  if (!isRecord(first)) return undefined
  const text = (key: string): string => (typeof first[key] === 'string' ? first[key] : '')
  return { host: text('host'), name: text('name'), namespace: text('namespace') }
}
