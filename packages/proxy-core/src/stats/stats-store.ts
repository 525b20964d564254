/** Counters, gauges and histograms of the data path: plain numbers behind fixed objects, named and labelled once. */

/** Labels in the order they are printed. */
export type StatLabels = readonly (readonly [string, string])[]

/** A counter or gauge; whoever holds it changes `value` directly. */
export interface Stat {
  value: number
}

/** A histogram with cumulative buckets on demand. */
export class Histogram {
  readonly bounds: readonly number[]
  readonly counts: Float64Array
  sum = 0
  count = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  record(value: number): void {
    let low = 0
    let high = this.bounds.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= (this.bounds[middle] ?? Infinity)) high = middle
      else low = middle + 1
    }
    this.counts[low] = (this.counts[low] ?? 0) + 1
    this.sum += value
    this.count++
  }
}

/** One named and labelled value. */
export interface Series {
  readonly labels: StatLabels
  /** Envoy's dotted name (`cluster.x.upstream_rq_total`); '' for metrics that only Prometheus shows. */
  readonly dotted: string
  readonly stat: Stat | Histogram
}

/** All series of one Prometheus name. */
export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly series: Map<string, Series>
}

/** Envoy's default histogram bounds, used for durations (ms) and sizes (bytes) alike. @see envoy prometheus stats */
export const DEFAULT_BOUNDS: readonly number[] = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000]

/** Holds every stat of one proxy. */
export class StatsStore {
  readonly families = new Map<string, Family>()

  counter(name: string, labels: StatLabels = [], dotted = ''): Stat {
    return this.#stat(name, 'counter', labels, dotted)
  }

  gauge(name: string, labels: StatLabels = [], dotted = ''): Stat {
    return this.#stat(name, 'gauge', labels, dotted)
  }

  histogram(name: string, labels: StatLabels = [], dotted = '', bounds: readonly number[] = DEFAULT_BOUNDS): Histogram {
    const family = this.#family(name, 'histogram')
    const key = seriesKey(labels)
    const found = family.series.get(key)
    if (found?.stat instanceof Histogram) return found.stat
    const stat = new Histogram(bounds)
    family.series.set(key, { labels, dotted, stat })
    return stat
  }

  /** Forgets a series, for things that are gone (a removed cluster). */
  remove(name: string, labels: StatLabels): void {
    this.families.get(name)?.series.delete(seriesKey(labels))
  }

  #stat(name: string, type: 'counter' | 'gauge', labels: StatLabels, dotted: string): Stat {
    const family = this.#family(name, type)
    const key = seriesKey(labels)
    const found = family.series.get(key)
    if (found && !(found.stat instanceof Histogram)) return found.stat
    const stat: Stat = { value: 0 }
    family.series.set(key, { labels, dotted, stat })
    return stat
  }

  #family(name: string, type: Family['type']): Family {
    const found = this.families.get(name)
    if (found) return found
    const made: Family = { name, type, series: new Map() }
    this.families.set(name, made)
    return made
  }
}

const seriesKey = (labels: StatLabels): string => {
  let key = ''
  for (const [name, value] of labels) key += `${name}\u0001${value}\u0002`
  return key
}
