/**
 * `typed_per_filter_config`: what routes say of filters. Resolved when routes are compiled: weighted choice over route over virtual host
 * over table, so that a request asks once. @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/http_filters#route-based-filter-chain
 */
import type { FormatEnvironment } from '../access-log/format.ts'
import type { Report } from '../config/report.ts'
import type { Any } from '../config/wire.ts'
import type { FilterSettings } from './route-table.ts'

/** One value: whether the filter runs, and its configuration if there is one for it. */
export interface FilterSetting {
  readonly on: boolean
  readonly config?: unknown
}

/** What route compilation needs besides the message. */
export interface RouteDeps {
  readonly environment: FormatEnvironment
  /** Compiles one `typed_per_filter_config` value; undefined if it says nothing. */
  readonly perFilter: (name: string, config: Any, path: string, report: Report) => FilterSetting | undefined
}

/** What holds around the outermost level: no filter is spoken of. */
export const NO_SETTINGS: FilterSettings = Object.freeze({ configs: new Map(), switches: undefined })

/** Compiles the map of one level over what the level around it says; the same object as `around` if it says nothing itself. */
export function compilePerFilter(config: Readonly<Record<string, Any>> | undefined, around: FilterSettings, path: string, report: Report, deps: RouteDeps): FilterSettings {
  if (!config) return around
  const configs = new Map(around.configs)
  const switches = new Map(around.switches)
  for (const [name, any] of Object.entries(config)) {
    const setting = deps.perFilter(name, any, `${path}.typedPerFilterConfig["${name}"]`, report)
    if (!setting) continue
    switches.set(name, setting.on)
    if (setting.config !== undefined) configs.set(name, setting.config)
  }
  return switches.size === 0 ? around : { configs, switches }
}
