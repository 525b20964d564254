/** `proxy-config bootstrap`: what a proxy was started with, or its versions in short. */
import { body, section, type ConfigDump } from '../../dump/config-dump.ts'
import { at, numberOf, textOf, type Fields } from '../../dump/json-value.ts'
import { formatRows } from '../../output/table.ts'

/** The section as JSON. */
export const bootstrapOf = (dump: ConfigDump): Fields => body(section(dump, 'bootstrap'))

/** The versions; a line is there if its value is known. */
export function versionSummary(dump: ConfigDump): string {
  const node = at(bootstrapOf(dump), 'bootstrap', 'node')
  const sha = textOf(at(node, 'metadata', 'ISTIO_PROXY_SHA'))
  const rows = [
    ['Istio Version:', textOf(at(node, 'metadata', 'ISTIO_VERSION'))],
    ['Istio Proxy Version:', sha.split(':')[1] ?? sha],
    ['Envoy Version:', envoyVersion(at(node, 'userAgentBuildVersion'))],
  ]
  return formatRows(rows.filter(([, value]) => value !== ''), 1)
}

function envoyVersion(build: unknown): string {
  const part = (name: string): number => numberOf(at(build, 'version', name))
  const labels = [['-', 'build.label'], ['/', 'revision.status'], ['/', 'build.type'], ['/', 'ssl.version']] as const
  const rest = labels.map(([before, name]) => [before, at(build, 'metadata', name)] as const).filter(([, value]) => value !== undefined)
  return `${part('majorNumber')}.${part('minorNumber')}.${part('patch')}${rest.map(([before, value]) => before + textOf(value)).join('')}`
}
