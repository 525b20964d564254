/** `/clusters`: every cluster with its hosts, as text or JSON. */
import type { Proxy } from '../proxy.ts'
import type { Host } from '../upstream/host.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** Envoy's text form. */
export function clustersText(proxy: Proxy): string {
  const out: string[] = []
  for (const upstream of all(proxy)) {
    const { name, config } = upstream
    const line = (text: string): void => void out.push(`${name}::${text}`)
    line(`observability_name::${config.statName}`)
    line(`default_priority::max_connections::${config.breakers.maxConnections}`)
    line(`default_priority::max_pending_requests::${config.breakers.maxPending}`)
    line(`default_priority::max_requests::${config.breakers.maxRequests}`)
    line(`default_priority::max_retries::${config.breakers.maxRetries}`)
    line('added_via_api::true')
    if (config.kind === 'EDS') line(`eds_service_name::${config.edsName}`)
    for (const host of upstream.hosts) for (const [key, value] of hostValues(host)) line(`${host.label}::${key}::${value}`)
  }
  return out.length === 0 ? '' : `${out.join('\n')}\n`
}

/** Envoy's JSON form (envoy.admin.v3.Clusters). */
export function clustersJson(proxy: Proxy): unknown {
  return {
    cluster_statuses: all(proxy).map((upstream) => ({
      name: upstream.name,
      added_via_api: true,
      host_statuses: upstream.hosts.map((host) => ({
        address: host.address.kind === 'ip' ? { socket_address: { address: host.address.ip, port_value: host.address.port } } : { pipe: { path: host.address.path } },
        stats: [
          { name: 'cx_connect_fail', value: String(host.counts.cxConnectFail) },
          { name: 'cx_total', value: String(host.counts.cxTotal) },
          { name: 'rq_error', value: String(host.counts.rqError) },
          { name: 'rq_success', value: String(host.counts.rqSuccess) },
          { name: 'rq_timeout', value: String(host.counts.rqTimeout) },
          { name: 'rq_total', value: String(host.counts.rqTotal) },
          { type: 'GAUGE', name: 'cx_active', value: String(host.counts.cxActive) },
          { type: 'GAUGE', name: 'rq_active', value: String(host.active) },
        ],
        health_status: { eds_health_status: host.endpoint.health, ...(host.ejected ? { failed_outlier_check: true } : {}) },
        weight: host.weight,
        ...(host.hostname === '' ? {} : { hostname: host.hostname }),
        ...(host.priority === 0 ? {} : { priority: host.priority }),
        locality: localityOf(host),
      })),
      circuit_breakers: { thresholds: [{ max_connections: upstream.config.breakers.maxConnections, max_pending_requests: upstream.config.breakers.maxPending, max_requests: upstream.config.breakers.maxRequests, max_retries: upstream.config.breakers.maxRetries }] },
      observability_name: upstream.config.statName,
      ...(upstream.config.kind === 'EDS' ? { eds_service_name: upstream.config.edsName } : {}),
    })),
  }
}

/** All active clusters by name; one that no request has used yet is brought to life to be shown. */
const all = (proxy: Proxy): readonly Upstream[] => [...proxy.config.clusters.keys()].sort().flatMap((name) => proxy.upstream(name) ?? [])

function hostValues(host: Host): readonly (readonly [string, string | number])[] {
  const { region = '', zone = '', sub_zone = '' } = localityOf(host)
  const flags = [...(host.ejected ? ['/failed_outlier_check'] : []), ...(host.endpoint.health === 'UNHEALTHY' ? ['/failed_eds_health'] : []), ...(host.endpoint.health === 'DEGRADED' ? ['/degraded_eds_health'] : [])]
  return [
    ['cx_active', host.counts.cxActive], ['cx_connect_fail', host.counts.cxConnectFail], ['cx_total', host.counts.cxTotal],
    ['rq_active', host.active], ['rq_error', host.counts.rqError], ['rq_success', host.counts.rqSuccess], ['rq_timeout', host.counts.rqTimeout], ['rq_total', host.counts.rqTotal],
    ['hostname', host.hostname], ['health_flags', flags.length === 0 ? 'healthy' : flags.join('')], ['weight', host.weight], ['region', region], ['zone', zone], ['sub_zone', sub_zone],
    ['canary', 'false'], ['priority', host.priority], ['success_rate', -1], ['local_origin_success_rate', -1],
  ]
}

function localityOf(host: Host): { readonly region?: string; readonly zone?: string; readonly sub_zone?: string } {
  const [region, zone, subZone] = host.locality.split('/')
  return { ...(region ? { region } : {}), ...(zone ? { zone } : {}), ...(subZone ? { sub_zone: subZone } : {}) }
}
