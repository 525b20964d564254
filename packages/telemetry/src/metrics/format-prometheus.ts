/** Prometheus text exposition format 0.0.4. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
import type { MetricFamily, MetricSample } from './metric-registry.ts'

/** Content type of the format. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const escapeLabel = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
const escapeHelp = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
const formatValue = (value: number): string => (Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value))

const sampleLine = ({ name, labels, value }: MetricSample): string => {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${formatValue(value)}\n`
}

/** The text of all families; a family without samples prints its header alone. */
export const formatPrometheus = (families: readonly MetricFamily[]): string =>
  families.map((family) => `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n${family.samples.map(sampleLine).join('')}`).join('')
