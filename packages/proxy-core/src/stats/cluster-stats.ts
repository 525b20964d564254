/** Envoy's counters of a cluster. */
import type { Stat, StatsStore } from './stats-store.ts'

/** Names without the `cluster.<name>.` prefix; type follows the name. */
const COUNTERS = [
  'upstream_cx_total', 'upstream_cx_connect_fail', 'upstream_cx_connect_timeout', 'upstream_cx_destroy', 'upstream_cx_http1_total', 'upstream_cx_http2_total',
  'upstream_cx_overflow', 'upstream_cx_none_healthy', 'upstream_cx_rx_bytes_total', 'upstream_cx_tx_bytes_total', 'upstream_cx_protocol_error',
  'upstream_rq_total', 'upstream_rq_completed', 'upstream_rq_pending_total', 'upstream_rq_pending_overflow', 'upstream_rq_pending_failure_eject', 'upstream_rq_cancelled', 'upstream_rq_timeout',
  'upstream_rq_per_try_timeout', 'upstream_rq_rx_reset', 'upstream_rq_tx_reset', 'upstream_rq_retry', 'upstream_rq_retry_success', 'upstream_rq_retry_overflow', 'upstream_rq_retry_limit_exceeded',
  'upstream_rq_1xx', 'upstream_rq_2xx', 'upstream_rq_3xx', 'upstream_rq_4xx', 'upstream_rq_5xx',
  'outlier_detection.ejections_total', 'outlier_detection.ejections_overflow', 'outlier_detection.ejections_enforced_total',
  'ssl.handshake', 'ssl.fail_verify_san', 'ssl.connection_error', 'update_success', 'membership_change',
] as const

const GAUGES = ['upstream_cx_active', 'upstream_rq_active', 'upstream_rq_pending_active', 'membership_total', 'membership_healthy', 'membership_degraded', 'outlier_detection.ejections_active'] as const

export type ClusterStatName = (typeof COUNTERS)[number] | (typeof GAUGES)[number]

/** The stats of one cluster, ready to be changed. */
export type ClusterStats = Readonly<Record<ClusterStatName, Stat>>

/** Makes them in the store, named as Envoy names them. */
export function clusterStats(store: StatsStore, statName: string): ClusterStats {
  const labels = [['cluster_name', statName]] as const
  const entries = [
    ...COUNTERS.map((name) => [name, store.counter(prometheusName(name), labels, `cluster.${statName}.${name}`)] as const),
    ...GAUGES.map((name) => [name, store.gauge(prometheusName(name), labels, `cluster.${statName}.${name}`)] as const),
  ]
  return Object.freeze(Object.fromEntries(entries)) as ClusterStats
}

const prometheusName = (name: string): string => `envoy_cluster_${name.replaceAll('.', '_')}`
