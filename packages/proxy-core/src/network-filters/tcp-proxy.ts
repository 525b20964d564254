/** envoy.filters.network.tcp_proxy: one connection in, one connection out. */
import { compileAccessLogs, type CompiledAccessLog } from '../access-log/access-log.ts'
import { durationMs, formatAddress } from '../config/scalars.ts'
import { noteBadField } from '../config/report.ts'
import { unpack } from '../config/wire.ts'
import type { ByteStream } from '../io/io-engine.ts'
import { hashText } from '../upstream/balancers/hash.ts'
import { Flag } from '../stream/response-flags.ts'
import { StreamInfo } from '../stream/stream-info.ts'
import { dial, transportFailureText } from '../upstream/dial.ts'
import type { Host } from '../upstream/host.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { Downstream, LiveConnection, NetworkFilterKind } from './network-filter.ts'

const NO_ROUTES: ReadonlyMap<string, number> = new Map()

const TYPE = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'

interface TcpProxyConfig {
  readonly choose: (random: number) => string
  readonly idleTimeoutMs: number
  readonly maxDurationMs: number
  readonly connectAttempts: number
  readonly hashSourceIp: boolean
  readonly accessLogs: readonly CompiledAccessLog[]
}

export const tcpProxyFilter: NetworkFilterKind = {
  types: [TYPE],
  compile(_name, config, context, path, report) {
    const proxy = unpack(config, TYPE) ?? {}
    const weighted = proxy.weightedClusters?.clusters ?? []
    const total = weighted.reduce((sum, choice) => sum + (choice.weight ?? 0), 0)
    if (proxy.cluster === undefined && total === 0) noteBadField(report, path, 'tcp_proxy names no cluster')
    if (proxy.tunnelingConfig) noteBadField(report, `${path}.tunnelingConfig`, 'tunneling is not supported here')
    const clusters = new Set([...(proxy.cluster === undefined ? [] : [proxy.cluster]), ...weighted.map((choice) => choice.name ?? '')])
    const compiled: TcpProxyConfig = {
      choose(random) {
        if (proxy.cluster !== undefined) return proxy.cluster
        let at = Math.floor(random * total)
        for (const choice of weighted) {
          at -= choice.weight ?? 0
          if (at < 0) return choice.name ?? ''
        }
        return ''
      },
      // One hour is Envoy's default.
      idleTimeoutMs: durationMs(proxy.idleTimeout, 3_600_000),
      maxDurationMs: durationMs(proxy.maxDownstreamConnectionDuration, 0),
      connectAttempts: proxy.maxConnectAttempts ?? 1,
      hashSourceIp: (proxy.hashPolicy ?? []).some((policy) => policy.sourceIp !== undefined),
      accessLogs: [...compileAccessLogs(proxy.accessLog, `${path}.accessLog`, report, context.environment), ...context.listenerLogs],
    }
    return { kind: 'terminal', clusters, rds: NO_ROUTES, take: (downstream, onGone) => new TcpConnection(downstream, compiled, onGone) }
  },
}

/** One proxied TCP connection. */
class TcpConnection implements LiveConnection {
  readonly active = 1
  readonly #downstream: Downstream
  readonly #config: TcpProxyConfig
  readonly #onGone: () => void
  readonly #info: StreamInfo
  #upstream: Upstream | undefined
  #host: Host | undefined
  #upstreamStream: ByteStream | undefined
  #cancelDial: (() => void) | undefined
  #attempts = 0
  #over = false
  #counted = false

  constructor(downstream: Downstream, config: TcpProxyConfig, onGone: () => void) {
    this.#downstream = downstream
    this.#config = config
    this.#onGone = onGone
    const { clock, random } = downstream.runtime
    this.#info = new StreamInfo(downstream.info, clock.now(), clock.monotonic())
    this.#info.remoteIp = downstream.info.remoteAddress.kind === 'ip' ? downstream.info.remoteAddress.ip : ''
    downstream.info.onTcpOpen?.(this.#info)
    if (config.maxDurationMs > 0) clock.after(config.maxDurationMs, () => this.close())
    downstream.stream.pause()
    downstream.stream.setEvents({ onData: () => undefined, onEnd: () => undefined, onDrain: () => undefined, onClose: () => this.#finish(Flag.DownstreamConnectionTermination) })
    this.#start(config.choose(random()))
  }

  drain(): void {
    // TCP has no word for draining: the connection ends by itself or with the grace period.
  }

  close(): void {
    this.#cancelDial?.()
    this.#upstreamStream?.destroy()
    this.#downstream.stream.destroy()
    this.#finish(0)
  }

  #start(name: string): void {
    const upstream = this.#downstream.runtime.upstream(name)
    if (!upstream) return this.#refuse(Flag.NoCluster, 'cluster_not_found')
    this.#upstream = upstream
    this.#info.upstreamCluster = upstream
    upstream.whenResolved(() => this.#connect(upstream))
  }

  #connect(upstream: Upstream): void {
    if (this.#over) return
    if (upstream.config.kind === 'DYNAMIC_FORWARD_PROXY') return this.#connectByName(upstream)
    this.#connectTo(upstream, this.#chooseHost(upstream))
  }

  /** The host is the one that the client's TLS names (sni_dynamic_forward_proxy). */
  #connectByName(upstream: Upstream): void {
    const { info, runtime } = this.#downstream
    const target = info.dynamicTarget
    if (!target) return this.#connectTo(upstream, undefined)
    runtime.resolveCached(target.host, upstream.config.dnsFamily, (ip) => {
      if (this.#over) return
      if (ip === undefined) return this.#refuse(Flag.DnsResolutionFailed, 'dns_resolution_failure')
      this.#connectTo(upstream, upstream.dynamicHost({ kind: 'ip', ip, port: target.port }, target.host))
    })
  }

  #connectTo(upstream: Upstream, host: Host | undefined): void {
    if (!host) return this.#refuse(upstream.dnsFailed ? Flag.DnsResolutionFailed : Flag.NoHealthyUpstream, 'no_healthy_upstream')
    if (upstream.connections >= upstream.config.breakers.maxConnections) {
      upstream.stats.upstream_cx_overflow.value++
      return this.#refuse(Flag.UpstreamOverflow, 'upstream_overflow')
    }
    this.#attempts++
    this.#host = host
    this.#info.upstreamHost = host
    this.#info.attempts = this.#attempts
    upstream.connections++
    upstream.stats.upstream_cx_total.value++
    host.active++
    this.#counted = true
    this.#cancelDial = dial(upstream.deps, host, {}, upstream.config.connectTimeoutMs, {
      onConnected: (stream) => this.#connected(upstream, stream),
      onFailed: (failure, detail) => {
        this.#uncount()
        upstream.stats.upstream_cx_connect_fail.value++
        upstream.outlier.onLocalFailure(host)
        this.#info.upstreamTransportFailure = transportFailureText(failure, detail)
        if (this.#attempts < this.#config.connectAttempts) return this.#connect(upstream)
        this.#refuse(Flag.UpstreamConnectionFailure | Flag.ConnectAttemptsExceeded, '')
      },
    })
  }

  #chooseHost(upstream: Upstream): Host | undefined {
    const { info } = this.#downstream
    if (upstream.config.kind === 'ORIGINAL_DST') {
      if (info.localAddress.kind !== 'ip') return undefined
      const port = upstream.config.originalDstPort || info.localAddress.port
      return upstream.dynamicHost({ ...info.localAddress, port }, '')
    }
    return upstream.choose(this.#config.hashSourceIp ? hashText(this.#info.remoteIp) : undefined)
  }

  #connected(upstream: Upstream, stream: ByteStream): void {
    if (this.#over) return stream.destroy()
    this.#upstreamStream = stream
    upstream.stats.upstream_cx_active.value++
    this.#info.upstreamLocalAddress = formatAddress(stream.localAddress)
    this.#info.upstreamPrincipal = stream.tls?.peerUris[0] ?? ''
    this.#info.upstreamLocalPrincipal = stream.tls?.localUris[0] ?? ''
    const client = this.#downstream.stream
    client.resume()
    this.#downstream.runtime.engine.relay(client, stream, (result) => {
      this.#info.bytesReceived = result.aToB
      this.#info.bytesSent = result.bToA
      upstream.stats.upstream_cx_tx_bytes_total.value += result.aToB
      upstream.stats.upstream_cx_rx_bytes_total.value += result.bToA
      upstream.stats.upstream_cx_active.value--
      upstream.stats.upstream_cx_destroy.value++
      this.#finish(result.endedBy === 'b' && result.failure === 'reset' ? Flag.UpstreamRemoteReset : 0)
    }, this.#config.idleTimeoutMs > 0 ? this.#config.idleTimeoutMs : undefined)
  }

  #refuse(flag: number, details: string): void {
    this.#info.responseCodeDetails = details
    this.#downstream.stream.destroy()
    this.#finish(flag)
  }

  #uncount(): void {
    if (!this.#counted) return
    this.#counted = false
    if (this.#upstream) this.#upstream.connections--
    if (this.#host) this.#host.active--
  }

  #finish(flag: number): void {
    if (this.#over) return
    this.#over = true
    this.#cancelDial?.()
    this.#uncount()
    const info = this.#info
    info.flags |= flag
    info.endMono = this.#downstream.runtime.clock.monotonic()
    this.#downstream.info.onTcpClose?.(info)
    for (const log of this.#config.accessLogs) if (log.accepts(info)) this.#downstream.runtime.logs.write(log.path, log.print(info))
    this.#onGone()
  }
}
