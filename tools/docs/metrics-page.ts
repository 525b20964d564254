/** `docs/metrics.md`: every metric with unit and labels; the control plane's from its lists, the proxy's from a mesh that ran. */
import { runScenario } from '@istio-ts/testkit'
import { listedMetrics } from './listed-metrics.ts'
import { metricsMesh } from './metrics-mesh.ts'
import { cell, table } from './source.ts'

/** What a value counts, by the conventions of Prometheus, Istio and Envoy. */
export function unitOf(name: string): string {
  if (/_milliseconds$/.test(name)) return 'ms'
  if (/_timestamp$/.test(name)) return 'Unix seconds'
  if (/_(seconds|time)$/.test(name)) return 's'
  if (/_bytes(_total)?$/.test(name)) return 'bytes'
  return /_info$|_build$/.test(name) ? '1' : 'count'
}

/** The page. */
export async function metricsPage(): Promise<string> {
  const { problems, metrics } = await runScenario(metricsMesh)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  const byHome = Map.groupBy(listedMetrics(), ({ home }) => home)
  const proxy = [...metrics].sort(([a], [b]) => (a < b ? -1 : 1))
  const labels = (names: readonly string[]): string => names.map((label) => `\`${label}\``).join(' ') || 'none'
  const standard = proxy.filter(([name]) => name.startsWith('istio_'))
  const common = standard.map(([, metric]) => metric.labels).reduce<readonly string[]>((shared, next) => shared.filter((label) => next.includes(label)), standard[0]?.[1].labels ?? [])
  return `# Metrics

Names, types and labels are Istio's and Envoy's, so that dashboards made for them work. istiod serves its own on \`/metrics\` of the monitoring port; a
proxy serves the ones of its workload on \`/stats/prometheus\` ([ports.md](ports.md)).

## istiod

${[...byHome].map(([home, list]) => `### ${home.slice(home.indexOf('/') + 1)}\n\n${table(['name', 'type', 'unit', 'labels', 'meaning'], list.map(({ name, type, labels: names, help }) => [`\`${name}\``, type, unitOf(name), labels(names), cell(help)]))}\n`).join('\n')}
## Proxy: Istio's standard metrics

All of them have the labels ${labels(common)}.

${table(['name', 'type', 'unit', 'further labels'], standard.map(([name, metric]) => [`\`${name}\``, metric.type, unitOf(name), labels(metric.labels.filter((label) => !common.includes(label)))]))}

## Proxy: Envoy's

As they stand in a proxy after a first HTTP and a first TCP call, under the policy of a namespace. \`rbac\` metrics of TCP carry the prefix that the
control plane gave the filter.

${table(['name', 'type', 'unit', 'labels'], proxy.filter(([name]) => !name.startsWith('istio_')).map(([name, metric]) => [`\`${name}\``, metric.type, unitOf(name), labels(metric.labels)]))}
`
}
