/** What HTTP connections need of the living proxy. */
import type { Clock } from '@istio-ts/foundation'
import type { IoEngine } from '../io/io-engine.ts'
import type { LogWriter } from '../access-log/log-writer.ts'
import type { Codecs } from '../ports/codecs.ts'
import type { RouteTable } from '../router/route-table.ts'
import type { PeerMetadataCache } from '../stats/peer-metadata.ts'
import type { LocalWorkload } from '../stats/local-workload.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** Shared by all connections of one proxy. */
export interface HttpRuntime {
  readonly engine: IoEngine
  readonly codecs: Codecs
  readonly clock: Clock
  readonly random: () => number
  readonly logs: LogWriter
  readonly local: LocalWorkload
  readonly peers: PeerMetadataCache
  readonly newRequestId: () => string
  /** A cluster of the present configuration. */
  upstream(name: string): Upstream | undefined
  /** A route table of the present configuration. */
  routes(name: string): RouteTable | undefined
  /** First address of a name, remembered for a short while; undefined if there is none. Calls back at once or later. */
  resolveCached(host: string, family: 'V4_ONLY' | 'V6_ONLY' | 'AUTO' | 'ALL' | 'V4_PREFERRED', done: (ip: string | undefined) => void): void
  /** Bootstrap flag: answer `x-istio-ts-explain: 1` with the provenance of the route. Default off: it tells clients about configuration. */
  readonly explain: boolean
  /** Reports a bug (a callback that threw); never throws itself. */
  onBug(where: string, error: unknown): void
}
