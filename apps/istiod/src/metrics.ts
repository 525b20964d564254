/** Metrics that istiod has beside those of its packages; names are Istio's. */
import { parseApiVersion, Service, VirtualService } from '@istio-ts/api-types'
import type { Clock } from '@istio-ts/foundation'
import type { Meter, MetricSpec } from '@istio-ts/telemetry'
import type { Store } from './store/store.ts'

/** The list, for `docs/metrics.md`. */
export const istiodMetricSpecs = {
  info: { name: 'pilot_info', help: 'Pilot version and build information.', labels: ['version'] },
  build: { name: 'istio_build', help: 'Istio component build info', labels: ['component', 'tag'] },
  uptime: { name: 'istiod_uptime_seconds', help: 'Current istiod server uptime in seconds' },
  services: { name: 'pilot_services', help: 'Total services known to pilot.' },
  virtualServices: { name: 'pilot_virt_services', help: 'Total virtual services known to pilot.' },
  rejectedConfigs: { name: 'pilot_total_rejected_configs', help: 'Total number of configs that Pilot had to reject or ignore.' },
  k8sConfigs: { name: 'pilot_k8s_cfg_events', help: 'Configurations in force by kind.', labels: ['type'] },
  pushTime: { name: 'pilot_xds_push_time', help: 'Total time in seconds Pilot takes to make a snapshot for a class of proxies.', labels: ['type'], buckets: [0.01, 0.1, 0.5, 1, 3, 5, 10, 20, 30] },
} as const satisfies Readonly<Record<string, MetricSpec & { readonly buckets?: readonly number[] }>>

/** Makes the instruments that are asked for when somebody scrapes. */
export function istiodMetrics(meter: Meter, clock: Clock, store: Store, version: string, rejected: () => number): void {
  const startedAt = clock.monotonic()
  meter.gauge(istiodMetricSpecs.info).set(1, { version })
  meter.gauge(istiodMetricSpecs.build).set(1, { component: 'pilot', tag: version })
  meter.observe(istiodMetricSpecs.uptime, () => [{ value: (clock.monotonic() - startedAt) / 1000 }])
  meter.observe(istiodMetricSpecs.services, () => [{ value: store.resources.get(Service).size }])
  meter.observe(istiodMetricSpecs.virtualServices, () => [{ value: store.resources.get(VirtualService).size }])
  meter.observe(istiodMetricSpecs.rejectedConfigs, () => [{ value: rejected() }])
  meter.observe(istiodMetricSpecs.k8sConfigs, () => {
    const counts = new Map<string, number>()
    for (const resource of store.resources.all()) if (parseApiVersion(resource.apiVersion).group.endsWith('istio.io')) counts.set(resource.kind, (counts.get(resource.kind) ?? 0) + 1)
    return [...counts].map(([type, value]) => ({ labels: { type }, value }))
  })
}
