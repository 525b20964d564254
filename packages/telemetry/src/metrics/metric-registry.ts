/** A {@link Meter} that keeps its values in memory and prints them as Prometheus text. */
import type { Counter, Gauge, Histogram, HistogramSpec, Meter, MetricLabels, MetricSpec } from './meter.ts'

/** One sample of a metric family. */
export interface MetricSample {
  /** Name with suffix (`_bucket`, `_sum`, `_count`) where the family is a histogram. */
  readonly name: string
  readonly labels: MetricLabels
  readonly value: number
}

/** A metric with its samples. */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: readonly MetricSample[]
}

/** A meter that can be read. */
export interface MetricRegistry extends Meter {
  /** All families, sorted by name. */
  collect(): readonly MetricFamily[]
}

interface Family {
  readonly spec: MetricSpec
  readonly type: MetricFamily['type']
  samples(): readonly MetricSample[]
}

const seriesKey = (labels: MetricLabels): string => Object.keys(labels).sort().map((name) => `${name}\u0000${labels[name]}`).join('\u0001')

/** Makes an empty registry. */
export function metricRegistry(): MetricRegistry {
  const families = new Map<string, Family>()
  const instruments = new Map<string, unknown>()
  const once = <T>(name: string, make: () => T): T => {
    if (!instruments.has(name)) instruments.set(name, make())
    return instruments.get(name) as T
  }
  return {
    counter: (spec) => once(spec.name, () => scalar(families, spec, 'counter')),
    gauge: (spec) => once(spec.name, () => scalar(families, spec, 'gauge')),
    histogram: (spec) => once(spec.name, () => histogram(families, spec)),
    observe(spec, read) {
      families.set(spec.name, {
        spec,
        type: 'gauge',
        samples: () => [...read()].map(({ labels, value }) => ({ name: spec.name, labels: labels ?? {}, value })),
      })
    },
    collect: () => [...families.values()]
      .map((family) => ({ name: family.spec.name, help: family.spec.help, type: family.type, samples: family.samples() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function scalar(families: Map<string, Family>, spec: MetricSpec, type: 'counter' | 'gauge'): Counter & Gauge {
  const series = new Map<string, { readonly labels: MetricLabels; value: number }>()
  const at = (labels: MetricLabels) => {
    const key = seriesKey(labels)
    const found = series.get(key) ?? { labels, value: 0 }
    series.set(key, found)
    return found
  }
  families.set(spec.name, { spec, type, samples: () => [...series.values()].map(({ labels, value }) => ({ name: spec.name, labels, value })) })
  // A metric without labels exists from the start, so that a scrape sees 0 instead of nothing.
  if ((spec.labels ?? []).length === 0) at({})
  return {
    add(by = 1, labels = {}) {
      if (by > 0) at(labels).value += by
    },
    set: (value, labels = {}) => void (at(labels).value = value),
    remove: (labels = {}) => void series.delete(seriesKey(labels)),
  }
}

function histogram(families: Map<string, Family>, spec: HistogramSpec): Histogram {
  const series = new Map<string, { readonly labels: MetricLabels; readonly counts: number[]; sum: number; count: number }>()
  families.set(spec.name, {
    spec,
    type: 'histogram',
    samples: () => [...series.values()].flatMap(({ labels, counts, sum, count }) => {
      let cumulative = 0
      const buckets = spec.buckets.map((bound, index) => {
        cumulative += counts[index] ?? 0
        return { name: `${spec.name}_bucket`, labels: { ...labels, le: String(bound) }, value: cumulative }
      })
      return [
        ...buckets,
        { name: `${spec.name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
        { name: `${spec.name}_sum`, labels, value: sum },
        { name: `${spec.name}_count`, labels, value: count },
      ]
    }),
  })
  return {
    record(value, labels = {}) {
      const key = seriesKey(labels)
      const found = series.get(key) ?? { labels, counts: spec.buckets.map(() => 0), sum: 0, count: 0 }
      series.set(key, found)
      const bucket = spec.buckets.findIndex((bound) => value <= bound)
      if (bucket >= 0) found.counts[bucket] = (found.counts[bucket] ?? 0) + 1
      found.sum += value
      found.count += 1
    },
  }
}
