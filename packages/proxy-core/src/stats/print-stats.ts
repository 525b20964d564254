/** The texts of `/stats` and `/stats/prometheus`. @see https://prometheus.io/docs/instrumenting/exposition_formats */
import { Histogram, type Series, type StatLabels, type StatsStore } from './stats-store.ts'

/** Prometheus text format 0.0.4. */
export function printPrometheus(store: StatsStore): string {
  const out: string[] = []
  for (const family of [...store.families.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (family.series.size === 0) continue
    out.push(`# TYPE ${family.name} ${family.type}`)
    for (const series of family.series.values()) printSeries(family.name, series, out)
    out.push('')
  }
  return out.join('\n') + (out.length > 0 ? '\n' : '')
}

/** Envoy's plain text: `name: value`, sorted by name. */
export function printPlain(store: StatsStore, accept: (name: string) => boolean = () => true, usedOnly = false): string {
  return plainStats(store, accept, usedOnly).map(([name, value]) => `${name}: ${value}`).join('\n').concat('\n')
}

/** Envoy's `/stats?format=json`. */
export const jsonStats = (store: StatsStore, accept: (name: string) => boolean = () => true, usedOnly = false): unknown =>
  ({ stats: plainStats(store, accept, usedOnly).map(([name, value]) => ({ name, value })) })

function plainStats(store: StatsStore, accept: (name: string) => boolean, usedOnly: boolean): readonly (readonly [string, number])[] {
  const out: [string, number][] = []
  for (const family of store.families.values()) {
    for (const series of family.series.values()) {
      const name = series.dotted || dottedName(family.name, series.labels)
      const value = series.stat instanceof Histogram ? series.stat.count : series.stat.value
      if (accept(name) && !(usedOnly && value === 0)) out.push([name, value])
    }
  }
  return out.sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

/** Istio's metrics in Envoy's plain list: name and labels joined by dots and `.;.`, as its own proxy prints them. */
const dottedName = (name: string, labels: StatLabels): string => [`istiocustom.${name}`, ...labels.map(([key, value]) => `${key}.${value}`)].join('.;.')

function printSeries(name: string, series: Series, out: string[]): void {
  if (!(series.stat instanceof Histogram)) {
    out.push(`${name}${braces(series.labels)} ${series.stat.value}`)
    return
  }
  let cumulative = 0
  for (const [i, bound] of series.stat.bounds.entries()) {
    cumulative += series.stat.counts[i] ?? 0
    out.push(`${name}_bucket${braces([...series.labels, ['le', String(bound)]])} ${cumulative}`)
  }
  out.push(`${name}_bucket${braces([...series.labels, ['le', '+Inf']])} ${series.stat.count}`)
  out.push(`${name}_sum${braces(series.labels)} ${series.stat.sum}`)
  out.push(`${name}_count${braces(series.labels)} ${series.stat.count}`)
}

const braces = (labels: StatLabels): string => (labels.length === 0 ? '' : `{${labels.map(([key, value]) => `${key}="${escapeLabel(value)}"`).join(',')}}`)

const escapeLabel = (value: string): string => value.replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`))
