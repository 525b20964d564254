/**
 * Istio's standard metrics. Series are found by one text key per combination, so that a request costs a lookup and a few additions.
 * @see https://istio.io/latest/docs/reference/config/metrics
 */
import { isRecord } from '../config/wire.ts'
import { isGrpc, stripPort } from '../router/match-route.ts'
import { formatFlags } from '../stream/response-flags.ts'
import type { PeerFacts } from '../stream/peer.ts'
import type { StreamInfo } from '../stream/stream-info.ts'
import type { LocalWorkload } from './local-workload.ts'
import { metricOverrides, type MetricOverrides } from './metric-overrides.ts'
import { Histogram, type Stat, type StatLabels, type StatsStore } from './stats-store.ts'

const UNKNOWN = 'unknown'

/** What one label combination of requests is counted in. */
interface RequestSeries {
  readonly total: Stat
  readonly duration: Histogram
  readonly requestBytes: Histogram
  readonly responseBytes: Histogram
}

/** What one label combination of TCP connections is counted in. */
interface TcpSeries {
  readonly opened: Stat
  readonly closed: Stat
  readonly sent: Stat
  readonly received: Stat
}

/** Where the destination's name comes from. */
interface Destination {
  readonly service: string
  readonly name: string
  readonly namespace: string
}

/** Records for one listener's filter. */
export class IstioMetrics {
  readonly #stats: StatsStore
  readonly #local: LocalWorkload
  readonly #reporter: 'source' | 'destination'
  readonly #hostFallback: boolean
  readonly #overrides: MetricOverrides
  readonly #requests = new Map<string, RequestSeries>()
  readonly #tcp = new Map<string, TcpSeries>()

  /** @param config body of `stats.PluginConfig` (camel or snake names) */
  constructor(stats: StatsStore, local: LocalWorkload, direction: 'INBOUND' | 'OUTBOUND' | 'UNSPECIFIED', config: Readonly<Record<string, unknown>>) {
    this.#stats = stats
    this.#local = local
    // Gateways report as source as well.
    this.#reporter = direction === 'INBOUND' ? 'destination' : 'source'
    this.#hostFallback = !(config['disableHostHeaderFallback'] === true || config['disable_host_header_fallback'] === true)
    this.#overrides = metricOverrides(config)
  }

  /** One finished request. */
  recordRequest(info: StreamInfo): void {
    const series = this.#isLikeLast(info) ? this.#last : this.#requestSeries(info)
    if (!series) return
    series.total.value++
    series.duration.record(info.durationMs)
    series.requestBytes.record(info.bytesReceived)
    series.responseBytes.record(info.bytesSent)
  }

  /** A metric that is left out is counted where nobody looks, so that counting asks nothing. */
  #counter(metric: string, standard: StatLabels): Stat {
    const labels = this.#overrides.labels(metric, standard)
    return labels ? this.#stats.counter(`istio_${metric}`, labels) : { value: 0 }
  }

  #histogram(metric: string, standard: StatLabels): Histogram {
    const labels = this.#overrides.labels(metric, standard)
    return labels ? this.#stats.histogram(`istio_${metric}`, labels) : new Histogram([])
  }

  #last: RequestSeries | undefined
  #lastInfo: StreamInfo | undefined

  /** Most requests are counted like the one before; then no key has to be made. */
  #isLikeLast(info: StreamInfo): boolean {
    const last = this.#lastInfo
    const same = last !== undefined && last.responseCode === info.responseCode && last.flags === info.flags && last.upstreamCluster === info.upstreamCluster && last.upstreamHost === info.upstreamHost
      && last.peer === info.peer && last.grpcStatus === info.grpcStatus && last.upstreamPrincipal === info.upstreamPrincipal && last.upstreamLocalPrincipal === info.upstreamLocalPrincipal
      && sameClient(last, info) && last.request?.authority === info.request?.authority && last.request?.get('content-type') === info.request?.get('content-type')
    this.#lastInfo = info
    return same
  }

  #requestSeries(info: StreamInfo): RequestSeries {
    const grpc = info.request !== undefined && isGrpc(info.request)
    const destination = this.#destination(info)
    const peer = this.#peer(info)
    const principals = this.#principals(info)
    const flags = formatFlags(info.flags)
    const grpcStatus = grpc ? info.grpcStatus : ''
    const key = `${grpc ? 'g' : 'h'}\u0001${info.responseCode}\u0001${grpcStatus}\u0001${flags}\u0001${destination.service}\u0001${destination.name}\u0001${peerKey(peer)}\u0001${principals.source}\u0001${principals.destination}\u0001${principals.policy}`
    let series = this.#requests.get(key)
    if (!series) {
      const labels: StatLabels = [...this.#labels(destination, peer, principals, grpc ? 'grpc' : 'http', flags), ['response_code', String(info.responseCode)], ['grpc_response_status', grpcStatus]]
      series = {
        total: this.#counter('requests_total', labels),
        duration: this.#histogram('request_duration_milliseconds', labels),
        requestBytes: this.#histogram('request_bytes', labels),
        responseBytes: this.#histogram('response_bytes', labels),
      }
      this.#requests.set(key, series)
    }
    this.#last = series
    return series
  }

  /** A TCP connection began; give the result to {@link tcpClosed}. */
  tcpOpened(info: StreamInfo): TcpSeries {
    const series = this.#tcpSeries(info)
    series.opened.value++
    return series
  }

  /** It ended, with these byte counts (received from and sent to the client). */
  tcpClosed(series: TcpSeries, info: StreamInfo): void {
    series.closed.value++
    series.sent.value += info.bytesSent
    series.received.value += info.bytesReceived
  }

  #tcpSeries(info: StreamInfo): TcpSeries {
    const destination = this.#destination(info)
    const peer = this.#peer(info)
    const principals = this.#principals(info)
    const flags = formatFlags(info.flags)
    const key = `${flags}\u0001${destination.service}\u0001${destination.name}\u0001${peerKey(peer)}\u0001${principals.source}\u0001${principals.destination}\u0001${principals.policy}`
    const found = this.#tcp.get(key)
    if (found) return found
    const labels = this.#labels(destination, peer, principals, 'tcp', flags)
    const made: TcpSeries = {
      opened: this.#counter('tcp_connections_opened_total', labels),
      closed: this.#counter('tcp_connections_closed_total', labels),
      sent: this.#counter('tcp_sent_bytes_total', labels),
      received: this.#counter('tcp_received_bytes_total', labels),
    }
    this.#tcp.set(key, made)
    return made
  }

  #peer(info: StreamInfo): PeerFacts | undefined {
    if (this.#reporter === 'destination') return info.peer ?? info.connection.peer
    // What the server said of itself wins over what discovery said.
    return info.peer ?? info.upstreamHost?.peer
  }

  #principals(info: StreamInfo): { readonly source: string; readonly destination: string; readonly policy: string } {
    if (this.#reporter === 'destination') {
      const { tls } = info.connection
      const mutual = tls?.peerFingerprint !== undefined
      return { source: mutual ? info.connection.principal || UNKNOWN : UNKNOWN, destination: mutual ? tls.localUris[0] ?? UNKNOWN : UNKNOWN, policy: mutual ? 'mutual_tls' : 'none' }
    }
    return { source: info.upstreamLocalPrincipal || UNKNOWN, destination: info.upstreamPrincipal || UNKNOWN, policy: UNKNOWN }
  }

  #destination(info: StreamInfo): Destination {
    const known = info.upstreamCluster && DESTINATIONS.get(info.upstreamCluster)
    if (known) return known
    const found = destinationOf(info)
    if (found) {
      if (info.upstreamCluster) DESTINATIONS.set(info.upstreamCluster, found)
      return found
    }
    const cluster = info.upstreamCluster?.name ?? ''
    // The Host header is the client's to choose: beyond a bound, strange hosts share one series.
    const host = this.#hostFallback && info.request && this.#requests.size < MAX_SERIES ? stripPort(info.request.authority) : ''
    const name = WELL_KNOWN.has(cluster) ? cluster : host || UNKNOWN
    return { service: host || UNKNOWN, name, namespace: UNKNOWN }
  }

  #labels(destination: Destination, peer: PeerFacts | undefined, principals: { readonly source: string; readonly destination: string; readonly policy: string }, protocol: string, flags: string): StatLabels {
    const local = this.#local.facts
    const inbound = this.#reporter === 'destination'
    const source = inbound ? peer : local
    const target = inbound ? local : peer
    // With a known peer the service's namespace is the workload's; a service name alone says less.
    const namespace = destination.namespace !== UNKNOWN ? destination.namespace : target?.namespace ?? UNKNOWN
    return [
      ['reporter', this.#reporter],
      ['source_workload', source?.workload ?? UNKNOWN],
      ['source_canonical_service', source?.canonicalService ?? UNKNOWN],
      ['source_canonical_revision', source?.canonicalRevision ?? 'latest'],
      ['source_workload_namespace', source?.namespace ?? UNKNOWN],
      ['source_principal', principals.source],
      ['source_app', source?.app ?? UNKNOWN],
      ['source_version', source?.version ?? UNKNOWN],
      ['source_cluster', source?.cluster ?? UNKNOWN],
      ['destination_workload', target?.workload ?? UNKNOWN],
      ['destination_workload_namespace', target?.namespace ?? UNKNOWN],
      ['destination_principal', principals.destination],
      ['destination_app', target?.app ?? UNKNOWN],
      ['destination_version', target?.version ?? UNKNOWN],
      ['destination_service', destination.service],
      ['destination_canonical_service', target?.canonicalService ?? UNKNOWN],
      ['destination_canonical_revision', target?.canonicalRevision ?? 'latest'],
      ['destination_service_name', destination.name],
      ['destination_service_namespace', namespace],
      ['destination_cluster', target?.cluster ?? UNKNOWN],
      ['request_protocol', protocol],
      ['response_flags', flags],
      ['connection_security_policy', principals.policy],
    ]
  }
}

/** True if both connections would be labelled alike. */
function sameClient(a: StreamInfo, b: StreamInfo): boolean {
  const x = a.connection
  const y = b.connection
  return x === y || (x.principal === y.principal && x.peer === y.peer && (x.tls?.peerFingerprint === undefined) === (y.tls?.peerFingerprint === undefined) && x.tls?.localUris[0] === y.tls?.localUris[0])
}

/** Series after which Host headers no longer make new ones. */
const MAX_SERIES = 2000

/** Clusters that stand for no service. */
const WELL_KNOWN: ReadonlySet<string> = new Set(['PassthroughCluster', 'BlackHoleCluster', 'InboundPassthroughCluster'])

const DESTINATIONS = new WeakMap<object, Destination>()

/** The service of a cluster, from the metadata istiod puts there. */
function destinationOf(info: StreamInfo): Destination | undefined {
  const istio = info.upstreamCluster?.metadata['istio']
  const services = isRecord(istio) ? istio['services'] : undefined
  const first: unknown = Array.isArray(services) ? services[0] : undefined
  if (!isRecord(first)) return undefined
  const text = (key: string): string => (typeof first[key] === 'string' && first[key] !== '' ? first[key] : UNKNOWN)
  return { service: text('host'), name: text('name'), namespace: text('namespace') }
}

const peerKey = (peer: PeerFacts | undefined): string =>
  peer === undefined ? '' : `${peer.workload ?? ''}/${peer.namespace ?? ''}/${peer.canonicalService ?? ''}/${peer.canonicalRevision ?? ''}/${peer.app ?? ''}/${peer.version ?? ''}/${peer.cluster ?? ''}`
