/** What must have been seen for the demo to have worked, read from the configuration as it is now (somebody may have edited it). */
import type { Resource } from '@istio-ts/api-types'
import { parseDuration } from '@istio-ts/foundation'
import type { DemoRow } from './rows.ts'

/** A destination of the split with its weight. */
export interface SplitShare {
  readonly version: string
  readonly weight: number
}

/** The split of reviews: the last rule of its VirtualService. */
export function splitOf(resources: readonly Resource[]): readonly SplitShare[] {
  const rules = list(virtualServiceOf(resources, 'reviews')?.spec, 'http')
  return list(rules.at(-1), 'route').map((entry) => ({ version: String(field(field(entry, 'destination'), 'subset') ?? ''), weight: Number(field(entry, 'weight') ?? (list(rules.at(-1), 'route').length === 1 ? 100 : 0)) }))
}

/** Where the weights of the split stand. */
export function splitPlaces(resources: readonly Resource[]): readonly (SplitShare & { readonly file: string; readonly line: number })[] {
  const resource = virtualServiceOf(resources, 'reviews')
  const rule = list(resource?.spec, 'http').length - 1
  return splitOf(resources).flatMap((share, i) => {
    const at = resource?.source?.locate(['spec', 'http', rule, 'route', i, 'weight'])
    return at ? [{ ...share, file: at.file, line: at.line }] : []
  })
}

/** The delay in milliseconds that sally is to feel: the first of the VirtualService of ratings; Infinity where there is none, for then nobody can. */
function delayOf(resources: readonly Resource[]): number {
  const fault = list(virtualServiceOf(resources, 'ratings')?.spec, 'http').map((rule) => field(field(field(rule, 'fault'), 'delay'), 'fixedDelay')).find((value) => typeof value === 'string')
  return (typeof fault === 'string' ? parseDuration(fault) : undefined) ?? Infinity
}

const virtualServiceOf = (resources: readonly Resource[], name: string): Resource | undefined => resources.find((resource) => resource.kind === 'VirtualService' && resource.metadata.name === name)

/** True once every version with a share was seen. */
export const splitSeen = (rows: readonly DemoRow[], split: readonly SplitShare[]): boolean => split.every(({ version, weight }) => weight === 0 || splitRows(rows).some((row) => row.upstreamVersion === version))

const splitRows = (rows: readonly DemoRow[]): readonly DemoRow[] => rows.filter((row) => row.shows === 'split' && row.to === 'reviews')

/** Everything that did not hold, in words; empty if the demo worked. */
export function unmet(rows: readonly DemoRow[], resources: readonly Resource[]): readonly string[] {
  const split = splitOf(resources)
  const some = (shows: DemoRow['shows'], holds: (row: DemoRow) => boolean): boolean => rows.some((row) => row.shows === shows && holds(row))
  // Two clocks took the time (a few milliseconds apart).
  const delay = delayOf(resources)
  const checks: readonly (readonly [string, boolean])[] = [
    ['at least 12 hops were seen', rows.length >= 12],
    ...split.filter(({ weight }) => weight > 0).map(({ version, weight }) => [`reviews ${version} has ${weight} % and was reached`, splitRows(rows).some((row) => row.upstreamVersion === version)] as const),
    ...split.filter(({ weight }) => weight === 0).map(({ version }) => [`reviews ${version} has no share and was not reached`, !splitRows(rows).some((row) => row.upstreamVersion === version)] as const),
    ['ratings answered 500 to jason by the injected fault', some('abort', (row) => row.to === 'ratings' && row.status >= 500 && row.config.length > 0)],
    ['ratings was slow for sally by the injected delay', some('delay', (row) => row.to === 'ratings' && row.durationMs >= delay - 5 && row.config.length > 0)],
    ['a flaky answer of details was retried', some('retry', (row) => row.to === 'details' && row.status === 200 && row.attempts > 1 && row.config.length > 0)],
    ['productpage was denied access to ratings', some('denial', (row) => row.to === 'ratings' && row.status === 403 && row.config.length > 0)],
    ['every hop that reached a sidecar was mTLS with a SPIFFE identity', rows.filter((row) => row.upstreamPod !== null).every((row) => row.tls && row.sourcePrincipal.startsWith('spiffe://'))],
  ]
  return checks.filter(([, holds]) => !holds).map(([text]) => text)
}

const field = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined)
const list = (value: unknown, name: string): readonly unknown[] => {
  const found = field(value, name)
  return Array.isArray(found) ? found : []
}
