/** CONNECT that ends here: the payload becomes a plain connection to a host of the cluster. @see envoy route upgrade connect_config */
import { plainResponseHead } from '../codec/head/plain-heads.ts'
import { formatAddress } from '../config/scalars.ts'
import { Flag } from '../stream/response-flags.ts'
import { dial, transportFailureText } from '../upstream/dial.ts'
import type { Host } from '../upstream/host.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { AttemptProblem } from './attempt.ts'
import type { Exchange } from './exchange.ts'

/** The forwarding that becomes a tunnel. */
export interface TunnelOwner {
  readonly exchange: Exchange
  /** The exchange has ended as far as HTTP is concerned. */
  stop(): void
  /** The connection could not be made. */
  fail(problem: AttemptProblem): void
}

/** Dials; answers 200 and relays when connected, 503 when not. The client's early bytes wait in its codec until then. */
export function connectTunnel(owner: TunnelOwner, upstream: Upstream, host: Host): void {
  const { exchange } = owner
  const { stats } = upstream
  upstream.connections++
  host.active++
  stats.upstream_cx_total.value++
  const release = (): void => {
    upstream.connections--
    host.active--
  }
  let settled = false
  const cancel = dial(upstream.deps, host, {}, upstream.config.connectTimeoutMs, {
    onConnected(stream) {
      settled = true
      exchange.onAbandoned = undefined
      if (exchange.done) {
        release()
        return stream.destroy()
      }
      stats.upstream_cx_active.value++
      exchange.info.upstreamLocalAddress = formatAddress(stream.localAddress)
      owner.stop()
      exchange.respondTunnel(plainResponseHead(200, []), () => stream, () => {
        stats.upstream_cx_active.value--
        release()
      })
    },
    onFailed(failure, detail) {
      settled = true
      exchange.onAbandoned = undefined
      release()
      stats.upstream_cx_connect_fail.value++
      owner.fail({ failure: 'connect', reason: failure === 'timeout' ? 'connection timeout' : 'remote connection failure', detail: transportFailureText(failure, detail), flag: Flag.UpstreamConnectionFailure, status: 503 })
    },
  })
  if (settled) return
  exchange.onAbandoned = () => {
    cancel()
    release()
  }
}
