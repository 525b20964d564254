/** Every metric of this package; names, labels and buckets are istiod's. */
import type { Counter, Histogram, HistogramSpec, Meter, MetricSpec } from '@istio-ts/telemetry'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from './type-urls.ts'

/** The list, for `docs/metrics.md`. */
export const xdsMetricSpecs = {
  connected: { name: 'pilot_xds', help: 'Number of endpoints connected to this pilot using XDS.' },
  pushes: { name: 'pilot_xds_pushes', help: 'Responses sent by type.', labels: ['type'] },
  rejects: { name: 'pilot_total_xds_rejects', help: 'Total number of XDS responses from pilot rejected by proxy.' },
  internalErrors: { name: 'pilot_total_xds_internal_errors', help: 'Total number of internal XDS errors in pilot.' },
  clusterRejects: { name: 'pilot_xds_cds_reject', help: 'Pilot rejected CDS configs.', labels: ['node', 'err'] },
  endpointRejects: { name: 'pilot_xds_eds_reject', help: 'Pilot rejected EDS.', labels: ['node', 'err'] },
  listenerRejects: { name: 'pilot_xds_lds_reject', help: 'Pilot rejected LDS.', labels: ['node', 'err'] },
  routeRejects: { name: 'pilot_xds_rds_reject', help: 'Pilot rejected RDS.', labels: ['node', 'err'] },
  convergence: { name: 'pilot_proxy_convergence_time', help: 'Delay in seconds between config change and a proxy receiving all required configuration.', buckets: [0.1, 0.5, 1, 3, 5, 10, 20, 30] },
  // Istio's buckets begin at 100 ms, where nothing of ours ever is; the same time in steps that show something.
  eventToAck: { name: 'istio_ts_xds_event_to_ack_seconds', help: 'Seconds from a change to the acknowledgement of everything it sent to a proxy.', buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5] },
  configSize: { name: 'pilot_xds_config_size_bytes', help: 'Distribution of configuration sizes pushed to clients.', labels: ['type'], buckets: [1, 10_000, 1_000_000, 4_000_000, 10_000_000, 40_000_000] },
} as const satisfies Readonly<Record<string, MetricSpec | HistogramSpec>>

/** The instruments of one server. */
export interface XdsMetrics {
  readonly pushes: Counter
  readonly rejects: Counter
  readonly internalErrors: Counter
  readonly configSize: Histogram
  readonly convergence: Histogram
  readonly eventToAck: Histogram
  rejectsOf(typeUrl: string): Counter | undefined
}

/** Makes the instruments. */
export function xdsMetrics(meter: Meter, connected: () => number): XdsMetrics {
  meter.observe(xdsMetricSpecs.connected, () => [{ value: connected() }])
  const perType: ReadonlyMap<string, Counter> = new Map([
    [CLUSTER_TYPE, meter.counter(xdsMetricSpecs.clusterRejects)],
    [ENDPOINT_TYPE, meter.counter(xdsMetricSpecs.endpointRejects)],
    [LISTENER_TYPE, meter.counter(xdsMetricSpecs.listenerRejects)],
    [ROUTE_TYPE, meter.counter(xdsMetricSpecs.routeRejects)],
  ])
  return {
    pushes: meter.counter(xdsMetricSpecs.pushes),
    rejects: meter.counter(xdsMetricSpecs.rejects),
    internalErrors: meter.counter(xdsMetricSpecs.internalErrors),
    configSize: meter.histogram(xdsMetricSpecs.configSize),
    convergence: meter.histogram(xdsMetricSpecs.convergence),
    eventToAck: meter.histogram(xdsMetricSpecs.eventToAck),
    rejectsOf: (typeUrl) => perType.get(typeUrl),
  }
}
