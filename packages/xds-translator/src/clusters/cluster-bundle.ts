/** Bundles of clusters: those of the model's bundles, and one of what every proxy of a class has. */
import type { Bundle, ProxyView, Upstream } from '@istio-ts/mesh-model'
import { connectClusters } from '../listeners/http-proxy.ts'
import type { TranslationMemo } from '../memo.ts'
import { outboundCluster } from '../names/cluster-name.ts'
import { resource, xdsBundle, type XdsBundle, type XdsResource } from '../resource.ts'
import { RESOURCE_TYPES } from '../wire/encode.ts'
import { clusterScope, clusterScopeKey, type ClusterScope } from './cluster-scope.ts'
import { fixedClusters } from './fixed-clusters.ts'
import { inboundClusterOf } from './inbound-cluster.ts'
import { outboundClusterOf } from './outbound-cluster.ts'

/** All cluster bundles of a view: its own, and those it shares. */
export function clusterBundles(view: ProxyView, memo: TranslationMemo): readonly (readonly XdsBundle[])[] {
  const scope = clusterScope(view)
  const context = clusterScopeKey(view, memo)
  return [[ownClusters(view, scope, context, memo)], memo.mapList(`clusters/${view.outbound.key}/${context}`, view.outbound.upstreams, (bundle) => upstreamBundle(bundle, scope, context, memo))]
}

const upstreamBundle = (bundle: Bundle<Upstream>, scope: ClusterScope, context: string, memo: TranslationMemo): XdsBundle =>
  memo.table<XdsBundle>('upstream-bundle').get(bundle, context, () =>
    xdsBundle(RESOURCE_TYPES.cluster, bundle.key, bundle.items.map((upstream) => upstreamResource(upstream, scope, context, memo))))

const upstreamResource = (upstream: Upstream, scope: ClusterScope, context: string, memo: TranslationMemo): XdsResource =>
  memo.table<XdsResource>('upstream').get(upstream, context, () =>
    resource(RESOURCE_TYPES.cluster, outboundCluster(upstream.ref.host, upstream.ref.port, upstream.ref.subset), outboundClusterOf(upstream, scope), [...upstream.from, ...upstream.policy.from]))

/** Black hole, passthrough, the workload's own servers, and in a local mesh the ways from CONNECT to the outbound listeners. */
function ownClusters(view: ProxyView, scope: ClusterScope, context: string, memo: TranslationMemo): XdsBundle {
  const proxy = view.outbound.httpProxy
  const fixed = memo.table<readonly XdsResource[]>('fixed-clusters').get(memo, `${context}/${view.outbound.unknownHost}/${view.loopback === undefined}/${memo.contentId(proxy)}`, () =>
    [...fixedClusters(view, scope), ...connectClusters(proxy)].map((message) => resource(RESOURCE_TYPES.cluster, String(message['name']), message, [])))
  // Servers that share a workload port share its cluster; the first names it.
  const servers = [...new Map([...view.inbound.servers].reverse().map((server) => [server.workloadPort, server] as const)).values()].reverse()
  const inbound = servers.map((server) => memo.table<XdsResource>('inbound-cluster').get(server, context, () =>
    resource(RESOURCE_TYPES.cluster, `inbound|${server.workloadPort}||`, inboundClusterOf(server, scope), server.from)))
  return memo.intern(xdsBundle(RESOURCE_TYPES.cluster, 'own', [...fixed, ...inbound]))
}
