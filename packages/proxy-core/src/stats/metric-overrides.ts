/** What the configuration of `istio.stats` changes of the standard metrics: which are left out, and which labels they have. @see istio Telemetry metrics overrides */
import { isRecord } from '../config/wire.ts'
import type { StatLabels } from './stats-store.ts'

interface Override {
  readonly dropped: boolean
  readonly removed: ReadonlySet<string>
  /** Labels with fixed values, which replace or follow the standard ones. */
  readonly fixed: StatLabels
}

/** Overrides by metric; made once per filter. */
export interface MetricOverrides {
  /** The labels of a metric (`requests_total`, without Istio's prefix), from the standard ones; nothing if it is left out. */
  labels(metric: string, standard: StatLabels): StatLabels | undefined
}

/** Reads `metrics` of a `stats.PluginConfig`, in camel or snake names. An entry without a name is about all metrics; later entries add to earlier ones. */
export function metricOverrides(config: Readonly<Record<string, unknown>>): MetricOverrides {
  const entries: readonly unknown[] = Array.isArray(config['metrics']) ? config['metrics'] : []
  const read = entries.filter(isRecord).map((entry) => ({ name: typeof entry['name'] === 'string' ? entry['name'] : '', override: overrideOf(entry) }))
  const merged = new Map<string, Override | undefined>()
  const of = (metric: string): Override | undefined => {
    if (!merged.has(metric)) merged.set(metric, merge(read.filter(({ name }) => name === '' || name === metric).map(({ override }) => override)))
    return merged.get(metric)
  }
  return {
    labels(metric, standard) {
      const override = of(metric)
      if (!override) return standard
      if (override.dropped) return undefined
      const kept = standard.filter(([name]) => !override.removed.has(name) && !override.fixed.some(([other]) => other === name))
      return [...kept, ...override.fixed]
    },
  }
}

function overrideOf(entry: Readonly<Record<string, unknown>>): Override {
  const removed = entry['tagsToRemove'] ?? entry['tags_to_remove']
  const dimensions = entry['dimensions']
  return {
    dropped: entry['drop'] === true,
    removed: new Set(Array.isArray(removed) ? removed.filter((name): name is string => typeof name === 'string') : []),
    fixed: isRecord(dimensions) ? Object.entries(dimensions).flatMap(([name, value]) => literal(name, value)) : [],
  }
}

/** Values are CEL; of it only texts between quotes are understood. A label with any other expression stays as it was. */
function literal(name: string, value: unknown): StatLabels {
  const found = typeof value === 'string' ? /^(['"])(.*)\1$/.exec(value) : null
  return found ? [[name, found[2] ?? '']] : []
}

function merge(overrides: readonly Override[]): Override | undefined {
  if (overrides.length === 0) return undefined
  return {
    dropped: overrides.some((one) => one.dropped),
    removed: new Set(overrides.flatMap((one) => [...one.removed])),
    fixed: overrides.flatMap((one) => one.fixed),
  }
}
