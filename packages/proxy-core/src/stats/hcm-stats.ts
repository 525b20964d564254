/** Envoy's counters of an HTTP connection manager. */
import type { Stat, StatsStore } from './stats-store.ts'

const COUNTERS = [
  'downstream_cx_total', 'downstream_cx_http1_total', 'downstream_cx_http2_total', 'downstream_cx_destroy', 'downstream_cx_protocol_error', 'downstream_cx_idle_timeout', 'downstream_cx_ssl_total',
  'downstream_rq_total', 'downstream_rq_http1_total', 'downstream_rq_http2_total', 'downstream_rq_completed',
  'downstream_rq_1xx', 'downstream_rq_2xx', 'downstream_rq_3xx', 'downstream_rq_4xx', 'downstream_rq_5xx', 'downstream_rq_rx_reset', 'downstream_rq_tx_reset',
  'downstream_rq_idle_timeout', 'downstream_rq_timeout', 'downstream_rq_header_timeout', 'downstream_rq_max_duration_reached', 'downstream_rq_failed_path_normalization', 'no_route', 'no_cluster', 'rq_direct_response', 'rq_redirect',
  'rbac.allowed', 'rbac.denied', 'rbac.shadow_allowed', 'rbac.shadow_denied', 'fault.aborts_injected', 'fault.delays_injected',
] as const

const GAUGES = ['downstream_cx_active', 'downstream_rq_active'] as const

export type HcmStatName = (typeof COUNTERS)[number] | (typeof GAUGES)[number]

/** Ready to be changed. */
export type HcmStats = Readonly<Record<HcmStatName, Stat>>

/** Makes (or finds) the counters of a stat prefix. */
export function hcmStats(store: StatsStore, statPrefix: string): HcmStats {
  const prefix = statPrefix.replace(/;$/, '')
  const labels = [['envoy_http_conn_manager_prefix', prefix]] as const
  const entries = [
    ...COUNTERS.map((name) => [name, store.counter(`envoy_http_${name.replaceAll('.', '_')}`, labels, `http.${prefix}.${name}`)] as const),
    ...GAUGES.map((name) => [name, store.gauge(`envoy_http_${name}`, labels, `http.${prefix}.${name}`)] as const),
  ]
  return Object.freeze(Object.fromEntries(entries)) as HcmStats
}
