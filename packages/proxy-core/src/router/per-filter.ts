/** `typed_per_filter_config` of every level, compiled by the filters it is for. */
import type { FormatEnvironment } from '../access-log/format.ts'
import type { Report } from '../config/report.ts'
import type { Any } from '../config/wire.ts'
import type { PerFilterConfig } from './route-table.ts'

/** What route compilation needs besides the message. */
export interface RouteDeps {
  readonly environment: FormatEnvironment
  /** Compiles one `typed_per_filter_config` value; undefined if no filter wants it. */
  readonly perFilter: (name: string, config: Any, path: string, report: Report) => unknown
}

/** Compiles the per-filter map of one level. */
export function compilePerFilter(config: Readonly<Record<string, Any>> | undefined, path: string, report: Report, deps: RouteDeps): PerFilterConfig {
  if (!config) return NOTHING
  const out = new Map<string, unknown>()
  for (const [name, any] of Object.entries(config)) {
    const compiled = deps.perFilter(name, any, `${path}.typedPerFilterConfig["${name}"]`, report)
    if (compiled !== undefined) out.set(name, compiled)
  }
  return out
}

const NOTHING: PerFilterConfig = new Map()
