/** The HTTP connection manager of one filter chain, compiled. */
import type { CompiledAccessLog } from '../access-log/access-log.ts'
import type { CodecOptions } from '../codec/codec.ts'
import type { Cidr } from '@istio-ts/foundation'
import type { PathNormalization } from '../path/normalize-path.ts'
import type { RouteTable } from '../router/route-table.ts'
import type { HcmStats } from '../stats/hcm-stats.ts'
import type { FilterChain } from './filter-chain.ts'
import type { XfccRule } from './xfcc.ts'

/** Everything a connection and its requests need of the configuration. */
export interface Hcm {
  readonly statPrefix: string
  readonly direction: 'INBOUND' | 'OUTBOUND' | 'UNSPECIFIED'
  /** Tracing is configured: then the names that peers give their spans are for proxies, not for programs. */
  readonly traced: boolean
  readonly codec: 'AUTO' | 'HTTP1' | 'HTTP2'
  readonly codecOptions: CodecOptions
  /** Inline routes; undefined with RDS. */
  readonly routes: RouteTable | undefined
  /** RDS name; '' with inline routes. */
  readonly rds: string
  readonly rdsFetchTimeoutMs: number
  readonly filters: FilterChain
  readonly path: PathNormalization
  readonly serverName: string
  readonly serverHeader: 'overwrite' | 'append-if-absent' | 'pass-through'
  readonly xfcc: XfccRule
  readonly useRemoteAddress: boolean
  readonly xffTrustedHops: number
  readonly skipXffAppend: boolean
  readonly internalRanges: readonly Cidr[]
  readonly generateRequestId: boolean
  readonly preserveExternalRequestId: boolean
  readonly respondWithRequestId: boolean
  /** Upgrade tokens (lower case) and `connect` that are taken; routes may say otherwise. */
  readonly upgrades: ReadonlyMap<string, boolean>
  readonly proxy100Continue: boolean
  readonly stripPort: 'no' | 'matching' | 'any'
  readonly stripTrailingDot: boolean
  readonly via: string
  /** Milliseconds; 0 = none. */
  readonly streamIdleTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly headersTimeoutMs: number
  readonly maxStreamDurationMs: number
  readonly idleTimeoutMs: number
  readonly maxConnectionDurationMs: number
  readonly maxRequestsPerConnection: number
  readonly headersWithUnderscores: 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER'
  readonly accessLogs: readonly CompiledAccessLog[]
  readonly stats: HcmStats
}
