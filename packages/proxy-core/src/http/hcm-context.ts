/** What compilation of an HTTP connection manager and its filters may know of their surroundings. */
import type { FormatEnvironment } from '../access-log/format.ts'
import type { LocalWorkload } from '../stats/local-workload.ts'
import type { StatsStore } from '../stats/stats-store.ts'

/** Surroundings of one listener. */
export interface HcmContext {
  readonly direction: 'INBOUND' | 'OUTBOUND' | 'UNSPECIFIED'
  readonly statPrefix: string
  readonly environment: FormatEnvironment
  readonly stats: StatsStore
  readonly local: LocalWorkload
}
