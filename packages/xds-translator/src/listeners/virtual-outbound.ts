/** The capture port for calls (15001): hands connections to the listener of their destination, and takes the rest itself. */
import { unknownHostDnsCache } from '../http-filters/dynamic-forward-proxy/index.ts'
import { BLACK_HOLE_CLUSTER } from '../names/cluster-name.ts'
import { VIRTUAL_OUTBOUND } from '../names/listener-name.ts'
import { routeConfiguration, unknownHostMessage } from '../routes/route-table.ts'
import { present, type Message } from '../wire/message.ts'
import { additionalAddresses, listenAddress } from './address.ts'
import { blackHoleFilters, tcpFiltersTo } from './chains.ts'
import { httpConnectionManager } from './http-connection-manager.ts'
import { HTTP_INSPECTOR } from './listener-filters.ts'
import { listenerLog, onwards, ownPort, PLAIN_HTTP } from './outbound-listener.ts'
import type { ListenerScope } from './scope.ts'

/** The listener; undefined where nothing is captured. */
export function virtualOutbound(scope: ListenerScope): Message | undefined {
  const { virtualListener: at, unknownHost } = scope.view.outbound
  const [bind, ...more] = at?.bind ?? []
  if (at === undefined || bind === undefined) return undefined
  const dynamic = unknownHost === 'dynamic-dns'
  return present({
    name: VIRTUAL_OUTBOUND,
    address: listenAddress(bind, at.port),
    ...additionalAddresses(more, at.port),
    transparent: scope.view.proxy.interceptionMode === 'TPROXY' ? true : undefined,
    useOriginalDst: true,
    trafficDirection: 'OUTBOUND',
    listenerFilters: dynamic ? [HTTP_INSPECTOR] : undefined,
    filterChains: [
      // A connection to the capture port itself would go round for ever.
      { name: `${VIRTUAL_OUTBOUND}-blackhole`, filterChainMatch: { destinationPort: at.port }, filters: blackHoleFilters('outbound', scope) },
      ...(dynamic ? [dynamicHttp(scope)] : []),
      { name: `${VIRTUAL_OUTBOUND}-catchall-tcp`, filters: tcpFiltersTo(unknownHost === 'block' ? BLACK_HOLE_CLUSTER : onwards(scope), 'outbound', scope) },
    ],
    accessLog: listenerLog(scope),
    ...ownPort(scope),
  })
}

/** Plain HTTP to unknown addresses goes by the host in the request. */
const dynamicHttp = (scope: ListenerScope): Message => ({
  name: `${VIRTUAL_OUTBOUND}-catchall-tcp-http`,
  filterChainMatch: { applicationProtocols: PLAIN_HTTP },
  filters: [httpConnectionManager({
    place: 'outbound',
    statPrefix: `outbound_${VIRTUAL_OUTBOUND}_allow_any_dynamic_dns;`,
    routes: { inline: routeConfiguration({ name: 'allow_any_dynamic_dns' }, [unknownHostMessage('dynamic-dns')]) },
    protocol: 'http',
    dnsCaches: [unknownHostDnsCache(scope.view.proxy)],
  }, scope)],
})
