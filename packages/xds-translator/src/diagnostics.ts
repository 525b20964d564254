/** What a client cannot do that its configuration asks for. */
import type { Diagnostic } from '@istio-ts/foundation'
import type { ProxyView } from '@istio-ts/mesh-model'
import { statsFilters } from './http-filters/stats/index.ts'
import { extensionsOf } from './extensions.ts'

/** Losses that a user should know of. Peer metadata and ALPN cost nothing that anybody asked for, so they are not named. */
export function lostExtensions(view: ProxyView): readonly Diagnostic[] {
  const extensions = extensionsOf(view.proxy.extensions)
  const [stats] = statsFilters(view.telemetry.metrics, 'client', false)
  return stats !== undefined && !extensions.has('envoy.filters.http', stats) ? [metricsLost(view)] : []
}

/** MESH0401: standard metrics were asked for, but the proxy has no filter that makes them. */
const metricsLost = (view: ProxyView): Diagnostic => ({
  code: 'MESH0401',
  severity: 'info',
  message: `A proxy of ${view.proxy.namespace}/${view.proxy.serviceAccount} lacks the extension istio.stats; its standard metrics were left out.`,
  remedy: 'Use a proxy that has the extension (istio-ts or istio-proxy), or read the metrics of its peers.',
})
