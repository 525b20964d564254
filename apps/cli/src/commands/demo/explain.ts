/** Which lines of which files decided a hop. */
import { parseJsonPath, type JsonPath } from '@istio-ts/foundation'
import type { Resource } from '@istio-ts/api-types'
import type { LogEntry } from './access-log.ts'
import type { HopParty } from './hop-party.ts'

/** A line of configuration. */
export interface ConfigLine {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly file: string
  readonly line: number
}

/** Everything that decided: for a denial the policy; fault, retry or chosen destination of the route, its match, the subset. Empty if no rule did. */
export function explainHop(client: LogEntry, server: LogEntry | undefined, reached: HopParty | undefined, resources: readonly Resource[]): readonly ConfigLine[] {
  const lines = [...denialLines(client, server, reached, resources), ...routeLines(client, resources), ...subsetLines(client, resources)]
  return [...new Map(lines.map((line) => [`${line.file}:${line.line}`, line])).values()]
}

/** `VirtualService/default/reviews#/spec/http/1` -> the most telling line in that route. */
function routeLines(client: LogEntry, resources: readonly Resource[]): readonly ConfigLine[] {
  const match = /^(\w+)\/([^/#]*)\/([^#]+)#(.*)$/.exec(client.from)
  const [, kind, namespace, name, pointer] = match ?? []
  const resource = kind === undefined ? undefined : resources.find((candidate) => candidate.kind === kind && candidate.metadata.namespace === namespace && candidate.metadata.name === name)
  if (!resource) return []
  const base = (pointer ?? '').split('/').slice(1).map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')))
  // The id may name the match that chose the route (`/spec/http/1/match/0`): it is shown after what the route did.
  const rule = base.slice(0, 3)
  const chosen = base.length > rule.length ? linesAt(resource, base) : []
  return [...linesAt(resource, tellingPath(client, valueAt(resource, rule), rule)), ...chosen]
}

function tellingPath(client: LogEntry, route: unknown, base: JsonPath): JsonPath {
  if (client.details.includes('fault_filter_abort') || client.flags.includes('FI')) return [...base, 'fault', 'abort']
  if (client.flags.includes('DI')) return [...base, 'fault', 'delay']
  if (client.attempts > 1 && hasField(route, 'retries')) return [...base, 'retries']
  const destinations = hasField(route, 'route') && Array.isArray(route.route) ? route.route : []
  const subset = subsetOf(client)
  const chosen = destinations.findIndex((entry: unknown) => hasField(entry, 'destination') && hasField(entry.destination, 'subset') && entry.destination.subset === subset)
  // Of several destinations one that cannot be told is none of them.
  if (chosen < 0) return destinations.length === 1 ? [...base, 'route', 0] : base
  return destinations.length > 1 ? [...base, 'route', chosen, 'weight'] : [...base, 'route', chosen]
}

function subsetLines(client: LogEntry, resources: readonly Resource[]): readonly ConfigLine[] {
  const [, , subset, host] = client.upstreamCluster.split('|')
  if (!subset || host === undefined) return []
  const rule = resources.find((resource) => resource.kind === 'DestinationRule' && hasField(resource.spec, 'host') && fullHost(String(resource.spec.host), resource.metadata.namespace) === host)
  const subsets = rule && hasField(rule.spec, 'subsets') && Array.isArray(rule.spec.subsets) ? rule.spec.subsets : []
  const index = subsets.findIndex((entry: unknown) => hasField(entry, 'name') && entry.name === subset)
  return rule && index >= 0 ? linesAt(rule, ['spec', 'subsets', index]) : []
}

/** The policy that denied, from the response details; with `none`, the ALLOW policies of which none matched. */
function denialLines(client: LogEntry, server: LogEntry | undefined, reached: HopParty | undefined, resources: readonly Resource[]): readonly ConfigLine[] {
  if (client.status !== 403) return []
  const details = server?.details ?? client.details
  if (!details.startsWith('rbac_access_denied')) return []
  const named = /ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[(\d+)\]/.exec(details)
  const policies = named ? [{ namespace: named[1] ?? '', name: named[2] ?? '', path: `spec.rules[${named[3]}]` }] : (reached?.policies ?? []).map((policy) => ({ ...policy, path: 'spec.rules' }))
  return policies.flatMap(({ namespace, name, path }) => {
    const policy = resources.find((resource) => resource.kind === 'AuthorizationPolicy' && resource.metadata.namespace === namespace && resource.metadata.name === name)
    return policy ? linesAt(policy, parseJsonPath(path)) : []
  })
}

function linesAt(resource: Resource, path: JsonPath): readonly ConfigLine[] {
  const at = resource.source?.locate(path)
  return at ? [{ kind: resource.kind, namespace: resource.metadata.namespace, name: resource.metadata.name, file: at.file, line: at.line }] : []
}

const subsetOf = (client: LogEntry): string => client.upstreamCluster.split('|')[2] ?? ''
const fullHost = (host: string, namespace: string): string => (host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`)

const valueAt = (root: unknown, path: JsonPath): unknown => path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? (value as Readonly<Record<string | number, unknown>>)[step] : undefined), root)

function hasField<K extends string>(value: unknown, name: K): value is Readonly<Record<K, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
}
