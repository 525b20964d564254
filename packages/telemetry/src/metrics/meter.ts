/** Counters, gauges and histograms as ports; names and labels are Istio's, listed in each package's `metrics.ts`. */

/** Label values of one series. */
export type MetricLabels = Readonly<Record<string, string>>

/** What is known of a metric before it has values; `docs/metrics.md` is made of these. */
export interface MetricSpec {
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
}

/** A histogram's upper bounds, ascending, without `+Inf`. */
export interface HistogramSpec extends MetricSpec {
  readonly buckets: readonly number[]
}

export interface Counter {
  /** Adds `by` (default 1; negative values are ignored). */
  add(by?: number, labels?: MetricLabels): void
}

export interface Gauge {
  set(value: number, labels?: MetricLabels): void
  /** Drops a series (a proxy that left). */
  remove(labels?: MetricLabels): void
}

export interface Histogram {
  record(value: number, labels?: MetricLabels): void
}

/** Makes instruments; asking twice for one name gives the same series. */
export interface Meter {
  counter(spec: MetricSpec): Counter
  gauge(spec: MetricSpec): Gauge
  /** A gauge whose value is asked when somebody looks. */
  observe(spec: MetricSpec, read: () => Iterable<{ readonly labels?: MetricLabels; readonly value: number }>): void
  histogram(spec: HistogramSpec): Histogram
}

/** A meter that keeps nothing. */
export const silentMeter = (): Meter => ({
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ set: () => undefined, remove: () => undefined }),
  observe: () => undefined,
  histogram: () => ({ record: () => undefined }),
})
