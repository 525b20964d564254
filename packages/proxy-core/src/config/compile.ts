/** previous configuration + one update = next configuration, or the problems for which the update is refused as a whole. */
import type { Diagnostic } from '@istio-ts/foundation'
import type { FormatEnvironment } from '../access-log/format.ts'
import { duplicateName } from '../diagnostics.ts'
import { compilePerRoute } from '../http-filters/compile-filters.ts'
import { compileListener } from '../listener/compile-listener.ts'
import type { CompiledListener } from '../listener/compiled-listener.ts'
import { compileRoutes } from '../router/compile-routes.ts'
import { compileSecret, type CompiledSecret } from '../secrets/compiled-secret.ts'
import type { LocalWorkload } from '../stats/local-workload.ts'
import type { StatsStore } from '../stats/stats-store.ts'
import { compileAssignment, compileCluster } from '../upstream/compile-cluster.ts'
import { noteBadField, reportOn, type Report } from './report.ts'
import type { Accepted, ResourceKind, RuntimeConfig, Warmable } from './runtime-config.ts'
import { sameValue } from './same-value.ts'
import { prune, wanted, warm } from './warming.ts'
import type { Any, Cluster, ClusterLoadAssignment, Listener, RouteConfiguration, Secret } from './wire.ts'

/** The messages by kind. */
export interface WireOf {
  readonly cluster: Cluster
  readonly endpoint: ClusterLoadAssignment
  readonly listener: Listener
  readonly route: RouteConfiguration
  readonly secret: Secret
  readonly extension: Any
}

/** One resource of a response. */
export interface NamedResource<Wire> {
  readonly name: string
  readonly version: string
  readonly resource: Wire
}

/** One xDS response, delta or state of the world. */
export type ResourceUpdate = {
  readonly [K in ResourceKind]: {
    readonly kind: K
    readonly resources: readonly NamedResource<WireOf[K]>[]
    readonly removed: readonly string[]
    /** State of the world for listeners and clusters: what is not in the list is gone. */
    readonly complete?: boolean
  }
}[ResourceKind]

/** Dependencies that nobody waits for any longer (initial fetch timeout). */
export interface ExpireUpdate {
  readonly kind: 'expire'
  /** `kind/name`. */
  readonly names: readonly string[]
}

/** What compilation needs of its surroundings. */
export interface CompileDeps {
  readonly environment: FormatEnvironment
  readonly stats: StatsStore
  readonly local: LocalWorkload
  /** Wall clock of the update, for the dump. */
  readonly nowMs: number
  /** Why the TLS library would not take a secret (a key of another certificate, say); default: everything that reads as PEM is taken. */
  readonly secretProblem?: (secret: CompiledSecret) => string | undefined
}

/** `config` is the previous one, by identity, if there are problems. */
export interface CompileResult {
  readonly config: RuntimeConfig
  readonly problems: readonly Diagnostic[]
}

/** Compiles an update. Pure but for counters that compiled filters register. */
export function compile(previous: RuntimeConfig, update: ResourceUpdate | ExpireUpdate, deps: CompileDeps): CompileResult {
  const problems: Diagnostic[] = []
  const next = update.kind === 'expire' ? { ...previous, expired: new Set([...previous.expired, ...update.names]) } : apply(previous, update, problems, deps)
  if (problems.length > 0) return { config: previous, problems }
  const warmed = prune(warm(next))
  return { config: Object.freeze({ ...warmed, generation: previous.generation + 1, wanted: wanted(warmed) }), problems }
}

function apply(previous: RuntimeConfig, update: ResourceUpdate, problems: Diagnostic[], deps: CompileDeps): RuntimeConfig {
  noteDuplicates(update, problems)
  switch (update.kind) {
    case 'cluster': return { ...previous, clusters: mergeWarmable(previous.clusters, update, deps, (wire, name) => compileCluster(wire, reportOn('Cluster', name, problems))) }
    case 'listener': return { ...previous, listeners: mergeWarmable(previous.listeners, update, deps, (wire, name, before) => listenerOf(wire, name, before, previous, problems, deps)) }
    case 'endpoint': return { ...previous, endpoints: merge(previous.endpoints, update, deps, (wire, name) => compileAssignment(wire, reportOn('ClusterLoadAssignment', name, problems))) }
    case 'route': return {
      ...previous,
      routes: merge(previous.routes, update, deps, (wire, name) => compileRoutes(wire, reportOn('RouteConfiguration', name, problems), { environment: deps.environment, perFilter: compilePerRoute })),
    }
    case 'secret': return { ...previous, secrets: merge(previous.secrets, update, deps, (wire, name) => secretOf(wire, reportOn('Secret', name, problems), deps)) }
    case 'extension': return recompileUsers({ ...previous, extensions: merge(previous.extensions, update, deps, (wire) => wire) }, new Set(update.resources.map((resource) => resource.name)), problems, deps)
  }
}

/** A secret that cannot be used is refused here, as Envoy does: the last good one stays in use instead of failing every handshake. */
function secretOf(wire: Secret, report: Report, deps: CompileDeps): CompiledSecret | undefined {
  const before = report.problems.length
  const secret = compileSecret(wire, report)
  const problem = secret && report.problems.length === before ? deps.secretProblem?.(secret) : undefined
  if (problem !== undefined) noteBadField(report, secret?.kind === 'trust' ? 'validationContext' : 'tlsCertificate', problem)
  return secret
}

function listenerOf(wire: Listener, name: string, before: CompiledListener | undefined, config: RuntimeConfig, problems: Diagnostic[], deps: CompileDeps): CompiledListener {
  return compileListener(wire, before, reportOn('Listener', name, problems), { environment: deps.environment, stats: deps.stats, local: deps.local, extension: (extension) => config.extensions.get(extension)?.compiled })
}

/** Listeners whose filters take their configuration from a changed ECDS resource are compiled again. */
function recompileUsers(config: RuntimeConfig, changed: ReadonlySet<string>, problems: Diagnostic[], deps: CompileDeps): RuntimeConfig {
  const listeners = new Map(config.listeners)
  for (const [name, entry] of listeners) {
    const present = entry.warming ?? entry.active
    if (!present || ![...present.compiled.extensions].some((extension) => changed.has(extension))) continue
    listeners.set(name, { active: entry.active, warming: { ...present, compiled: listenerOf(present.wire, name, present.compiled, config, problems, deps) } })
  }
  return { ...config, listeners }
}

interface Change<Wire> {
  readonly resources: readonly NamedResource<Wire>[]
  readonly removed: readonly string[]
  readonly complete?: boolean
}

function merge<Wire, Compiled>(before: ReadonlyMap<string, Accepted<Wire, Compiled>>, update: Change<Wire>, deps: CompileDeps, make: (wire: Wire, name: string) => Compiled | undefined): ReadonlyMap<string, Accepted<Wire, Compiled>> {
  const out = new Map(before)
  for (const name of update.removed) out.delete(name)
  for (const { name, version, resource } of update.resources) {
    const known = out.get(name)
    if (known && sameValue(known.wire, resource)) {
      if (known.version !== version) out.set(name, { ...known, version })
      continue
    }
    const compiled = make(resource, name)
    if (compiled !== undefined) out.set(name, { name, version, updatedMs: deps.nowMs, wire: resource, compiled })
  }
  return out
}

function mergeWarmable<Wire, Compiled>(
  before: ReadonlyMap<string, Warmable<Wire, Compiled>>, update: Change<Wire>, deps: CompileDeps, make: (wire: Wire, name: string, before: Compiled | undefined) => Compiled,
): ReadonlyMap<string, Warmable<Wire, Compiled>> {
  const kept = new Set(update.resources.map((resource) => resource.name))
  const out = update.complete === true ? new Map([...before].filter(([name]) => kept.has(name))) : new Map(before)
  for (const name of update.removed) out.delete(name)
  for (const { name, version, resource } of update.resources) {
    const known = out.get(name)
    const latest = known?.warming ?? known?.active
    if (known && latest && sameValue(latest.wire, resource)) {
      const same = { ...latest, version }
      out.set(name, known.warming ? { active: known.active, warming: same } : { active: same, warming: undefined })
      continue
    }
    const compiled = make(resource, name, known?.active?.compiled)
    out.set(name, { active: known?.active, warming: { name, version, updatedMs: deps.nowMs, wire: resource, compiled } })
  }
  return out
}

function noteDuplicates(update: ResourceUpdate, problems: Diagnostic[]): void {
  const seen = new Set<string>()
  for (const { name } of update.resources) {
    if (seen.has(name)) problems.push(duplicateName(update.kind, name))
    seen.add(name)
  }
}
