/** istio.stats on HTTP: Istio's standard metrics of each request. */
import { openAny } from '../config/wire.ts'
import type { HttpFilterKind } from '../http/http-filter.ts'
import { IstioMetrics } from '../stats/istio-metrics.ts'

export const istioStatsFilter: HttpFilterKind = {
  types: ['stats.PluginConfig'],
  compile(name, config, context) {
    const metrics = new IstioMetrics(context.stats, context.local, context.direction, openAny(config).body)
    return { name, onComplete: (exchange) => metrics.recordRequest(exchange.info) }
  },
}
