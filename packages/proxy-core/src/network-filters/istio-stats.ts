/** istio.stats on TCP: Istio's standard metrics of each connection. */
import { openAny } from '../config/wire.ts'
import { IstioMetrics } from '../stats/istio-metrics.ts'
import type { NetworkFilterKind } from './network-filter.ts'

export const networkStatsFilter: NetworkFilterKind = {
  types: ['stats.PluginConfig'],
  compile(_name, config, context) {
    const metrics = new IstioMetrics(context.stats, context.local, context.direction, openAny(config).body)
    return {
      kind: 'gate',
      admit({ info }) {
        // Counted at the end, when the peer and the host are known; opened and closed then go up together with the bytes.
        info.onTcpClose = (stream) => metrics.tcpClosed(metrics.tcpOpened(stream), stream)
        return true
      },
    }
  },
}
