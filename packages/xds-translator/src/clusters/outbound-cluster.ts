/** One upstream as a cluster. @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto */
import type { Upstream } from '@istio-ts/mesh-model'
import { loadAssignment, undiscoveredEndpoint } from '../endpoints/load-assignment.ts'
import { outboundCluster } from '../names/cluster-name.ts'
import { configPath } from '../names/config-path.ts'
import { clusterStatName } from '../names/stat-name.ts'
import { METADATA_EXCHANGE } from '../network-filters/metadata-exchange/index.ts'
import { ADS } from '../wire/config-source.ts'
import { duration } from '../wire/duration.ts'
import { present, type Message } from '../wire/message.ts'
import { circuitBreakers } from './circuit-breakers.ts'
import type { ClusterScope } from './cluster-scope.ts'
import { dnsSettings, dynamicForwardProxyType } from './dns.ts'
import { httpProtocolOptions, speaksHttp2, type HttpUpstream } from './http-protocol-options.ts'
import { upstreamConnectionOptions } from './keepalive.ts'
import { loadBalancing } from './load-balancing.ts'
import { outlierDetection, panicThreshold } from './outlier-detection.ts'
import { withProxyProtocol } from './proxy-protocol.ts'
import { upstreamSockets } from './upstream-tls.ts'

/** The cluster of an upstream. */
export function outboundClusterOf(upstream: Upstream, scope: ClusterScope): Message {
  const { ref, policy } = upstream
  const name = outboundCluster(ref.host, ref.port, ref.subset)
  const http = httpUpstream(upstream, scope)
  const pool = policy.connectionPool
  return present({
    name,
    altStatName: clusterStatName(scope.mesh.outboundClusterStatName, name, { service: upstream.services[0], port: ref.port, portName: upstream.portName, subset: ref.subset }),
    ...discovery(upstream, name, scope),
    connectTimeout: duration(pool.connectTimeoutMs ?? scope.mesh.connectTimeoutMs),
    circuitBreakers: circuitBreakers(pool, policy.retryBudget),
    commonLbConfig: upstream.resolution === 'dynamic-dns' ? undefined : commonLbConfig(upstream),
    ...loadBalancing(policy),
    ...(upstream.resolution === 'original-dst' || upstream.resolution === 'dynamic-dns' ? { lbPolicy: 'CLUSTER_PROVIDED' } : {}),
    outlierDetection: policy.outlier && outlierDetection(policy.outlier),
    upstreamConnectionOptions: upstreamConnectionOptions(pool.keepalive && { ...scope.mesh.tcpKeepalive, ...pool.keepalive } || scope.mesh.tcpKeepalive),
    filters: scope.extensions.has('envoy.filters.upstream_network', METADATA_EXCHANGE) ? [METADATA_EXCHANGE] : undefined,
    ...withProxyProtocol(upstreamSockets(upstream, speaksHttp2(http), scope), policy.proxyProtocol),
    typedExtensionProtocolOptions: httpProtocolOptions(http),
    metadata: { filterMetadata: { istio: istioMetadata(upstream) } },
  })
}

function httpUpstream(upstream: Upstream, scope: ClusterScope): HttpUpstream {
  const settings = upstream.tls.mode === 'simple' || upstream.tls.mode === 'mutual' ? upstream.tls.settings : undefined
  const autoSni = settings !== undefined && (settings.sni === undefined || settings.sni === '')
  return {
    protocol: upstream.protocol,
    pool: upstream.policy.connectionPool,
    // What a gateway's client speaks says nothing about its upstream.
    keepClientProtocol: upstream.keepClientProtocol && scope.type !== 'router',
    meshUpgrade: scope.mesh.h2UpgradePolicy,
    autoSni,
    autoSanValidation: autoSni && (upstream.policy.tls ?? settings).subjectAltNames.length === 0 && settings.insecureSkipVerify !== true && scope.mesh.verifyCertificateAtClient,
  }
}

/** How endpoints are found. */
function discovery(upstream: Upstream, name: string, scope: ClusterScope): Message {
  if (upstream.policy.loadBalancing.kind === 'passthrough' && upstream.resolution === 'eds') return { type: 'ORIGINAL_DST' }
  switch (upstream.resolution) {
    case 'eds':
      return { type: 'EDS', edsClusterConfig: { edsConfig: ADS, serviceName: upstream.endpoints } }
    case 'original-dst':
      return { type: 'ORIGINAL_DST' }
    case 'dynamic-dns':
      return dynamicForwardProxyType(upstream, scope)
    default:
      return present({
        type: upstream.resolution === 'static' ? 'STATIC' : upstream.resolution === 'strict-dns' ? 'STRICT_DNS' : 'LOGICAL_DNS',
        loadAssignment: upstream.staticEndpoints && loadAssignment(name, upstream.staticEndpoints, undiscoveredEndpoint),
        ...(upstream.resolution === 'static' ? {} : dnsSettings(upstream, scope)),
      })
  }
}

function commonLbConfig(upstream: Upstream): Message {
  return present({
    healthyPanicThreshold: panicThreshold(upstream.policy.outlier),
    localityWeightedLbConfig: upstream.policy.locality === undefined ? undefined : {},
    // A session stays with its endpoint while that drains.
    overrideHostStatus: upstream.stickySession ? { statuses: ['HEALTHY', 'DRAINING', 'UNKNOWN', 'DEGRADED'] } : undefined,
  })
}

/** `filterMetadata.istio`: the rule that shaped the cluster, the services behind it, and what istio.alpn must leave alone. */
const istioMetadata = (upstream: Upstream): Message =>
  present({
    config: upstream.policy.rule && configPath(upstream.policy.rule),
    services: upstream.services.length === 0 || upstream.resolution === 'dynamic-dns' ? undefined : upstream.services.map(({ host, name, namespace }) => ({ host, name, namespace })),
    subset: upstream.ref.subset === '' ? undefined : upstream.ref.subset,
    external: (upstream.external && upstream.ref.subset === '') || undefined,
    // TLS of the user's own: the ALPN of the mesh would confuse the server.
    alpn_override: upstream.tls.mode === 'simple' || upstream.tls.mode === 'mutual' ? 'false' : undefined,
  })
