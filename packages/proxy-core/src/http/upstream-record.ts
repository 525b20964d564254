/** What a response of an upstream leaves in the statistics, and its connection in the record of the exchange. */
import type { TlsFacts } from '../io/io-engine.ts'
import type { StreamInfo } from '../stream/stream-info.ts'
import type { Host } from '../upstream/host.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** Counts a response by its class, for the cluster and the host. */
export function countStatus({ stats }: Upstream, { counts }: Host, status: number): void {
  if (status < 200) stats.upstream_rq_1xx.value++
  else if (status < 300) stats.upstream_rq_2xx.value++
  else if (status < 400) stats.upstream_rq_3xx.value++
  else if (status < 500) stats.upstream_rq_4xx.value++
  else stats.upstream_rq_5xx.value++
  if (status >= 500) counts.rqError++
  else counts.rqSuccess++
}

/** Who is at the other end of the upstream connection; `tls` is absent on one without. */
export function noteTls(info: StreamInfo, tls: TlsFacts | undefined): void {
  info.upstreamTls = tls !== undefined
  info.upstreamPrincipal = tls?.peerUris[0] ?? ''
  info.upstreamLocalPrincipal = tls?.localUris[0] ?? ''
}
