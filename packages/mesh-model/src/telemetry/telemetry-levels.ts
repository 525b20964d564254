/** Telemetry resources of a workload, merged section by section. @see istio pilot/pkg/model/telemetry.go */
import { refOf, type MeshConfig, type Resource, type SpecOf, type Telemetry } from '@istio-ts/api-types'
import { from, matchesLabels, type Labels, type Provenance } from '@istio-ts/foundation'
import { durationMs } from '../mesh/mesh-settings.ts'
import type { AccessLog, CustomTag, MetricOverride, Metrics, TelemetryMode, TelemetryPolicy, Tracing } from '../view/telemetry-policy.ts'
import { accessLog, defaultTelemetry, metricsOf, tracingOf } from './telemetry-policy.ts'
import { compareText, oldest } from '../inputs/resource-order.ts'

/** A Telemetry resource. */
export type TelemetryResource = Resource<SpecOf<typeof Telemetry>>
type Spec = TelemetryResource['spec']
type Tags = NonNullable<NonNullable<Spec['tracing']>[number]['customTags']>

/** One entry of a section with where it stands. */
interface Entry<T> {
  readonly entry: T
  readonly from: Provenance
}

/** The resources in force, widest scope first: the root namespace's default, the namespace's, and the one that selects the workload; the oldest of each. */
export function levelsOf(root: readonly TelemetryResource[], own: readonly TelemetryResource[], isRoot: boolean, labels: Labels): readonly TelemetryResource[] {
  const general = (some: readonly TelemetryResource[]): TelemetryResource | undefined => oldest(some.filter((one) => isFor(one) && !hasSelector(one)))
  const workload = oldest((isRoot ? root : own).filter((one) => isFor(one) && hasSelector(one) && matchesLabels(one.spec.selector?.matchLabels, labels)))
  return [general(root), isRoot ? undefined : general(own), workload].flatMap((one) => one ?? [])
}

/** Those that attach to named targets are not for pods. */
const isFor = (one: TelemetryResource): boolean => !one.spec.targetRef && (one.spec.targetRefs ?? []).length === 0
const hasSelector = (one: TelemetryResource): boolean => Object.keys(one.spec.selector?.matchLabels ?? {}).length > 0

/** The policy under some levels; a section that no level has is the mesh's default. */
export function telemetryPolicy(mesh: MeshConfig, levels: readonly TelemetryResource[]): TelemetryPolicy {
  const base = defaultTelemetry(mesh)
  const has = (section: 'accessLogging' | 'metrics' | 'tracing'): boolean => levels.some((level) => (level.spec[section] ?? []).length > 0)
  return {
    accessLogs: has('accessLogging') ? accessLogs(mesh, levels) : base.accessLogs,
    metrics: has('metrics') ? metrics(mesh, levels) : base.metrics,
    clientTracing: tracing(mesh, levels, 'client'),
    serverTracing: tracing(mesh, levels, 'server'),
  }
}

function entries<K extends 'accessLogging' | 'metrics' | 'tracing'>(level: TelemetryResource, section: K): readonly Entry<NonNullable<Spec[K]>[number]>[] {
  const list = (level.spec[section] ?? []) as readonly NonNullable<Spec[K]>[number][]
  return list.map((entry, i) => ({ entry, from: from(refOf(level), `spec.${section}[${i}]`) }))
}

const covers = (mode: 'CLIENT_AND_SERVER' | 'CLIENT' | 'SERVER' | undefined, side: TelemetryMode): boolean =>
  mode === undefined || mode === 'CLIENT_AND_SERVER' || mode.toLowerCase() === side

const names = (providers: readonly { readonly name: string }[] | undefined): readonly string[] => (providers ?? []).map((one) => one.name)

interface Logging {
  readonly filter: string | undefined
  readonly from: readonly Provenance[]
}

/** Providers of a narrower level replace those of a wider; `disabled` takes the named ones (or all) away again. */
function accessLogs(mesh: MeshConfig, levels: readonly TelemetryResource[]): readonly AccessLog[] {
  const sides = (['client', 'server'] as const).map((side) => ({ side, providers: loggingOf(mesh, levels, side) }))
  const merged = new Map<string, AccessLog>()
  for (const { side, providers } of sides) for (const [name, { filter, from: origin }] of providers) {
    for (const log of accessLog(mesh.extensionProviders.find((one) => one.name === name))) {
      const key = `${name}\n${filter ?? ''}`
      const other = merged.get(key)
      merged.set(key, { ...log, modes: [...(other?.modes ?? []), side], ...(filter === undefined ? {} : { filter }), from: origin })
    }
  }
  return [...merged.values()].sort((a, b) => compareText(a.provider, b.provider))
}

function loggingOf(mesh: MeshConfig, levels: readonly TelemetryResource[], side: TelemetryMode): ReadonlyMap<string, Logging> {
  let active = new Map<string, Logging>((mesh.defaultProviders.accessLogging ?? []).map((name) => [name, { filter: undefined, from: [] }]))
  for (const level of levels) {
    const mine = entries(level, 'accessLogging').filter(({ entry }) => covers(entry.match?.mode, side))
    if (mine.some(({ entry }) => names(entry.providers).length > 0 && entry.disabled !== true)) active = new Map()
    for (const { entry, from: origin } of mine) {
      const named = names(entry.providers).length > 0 ? names(entry.providers) : [...active.keys()]
      for (const name of named) {
        if (entry.disabled === true) active.delete(name)
        else active.set(name, { filter: entry.filter?.expression ?? active.get(name)?.filter, from: [origin] })
      }
    }
  }
  return active
}

const METRICS = [
  'REQUEST_COUNT', 'REQUEST_DURATION', 'REQUEST_SIZE', 'RESPONSE_SIZE', 'TCP_OPENED_CONNECTIONS', 'TCP_CLOSED_CONNECTIONS',
  'TCP_SENT_BYTES', 'TCP_RECEIVED_BYTES', 'GRPC_REQUEST_MESSAGES', 'GRPC_RESPONSE_MESSAGES',
] as const

type Tag = MetricOverride['tags'][number]

/** What is known of one metric on one side. */
interface MetricState {
  disabled: boolean
  readonly tags: Map<string, Tag>
}

function metrics(mesh: MeshConfig, levels: readonly TelemetryResource[]): readonly Metrics[] {
  let providers: readonly string[] = mesh.defaultProviders.metrics ?? []
  for (const level of levels) {
    const named = entries(level, 'metrics').flatMap(({ entry }) => names(entry.providers))
    if (named.length > 0) providers = [...new Set(named)].sort()
  }
  return providers.flatMap((name) => metricsOf(mesh.extensionProviders.find((one) => one.name === name)).map((made) => overridden(made, levels)))
}

/** Applies the overrides of all levels in order; a side whose every metric is off has none. */
function overridden(made: Metrics, levels: readonly TelemetryResource[]): Metrics {
  const states = new Map<string, MetricState>()
  const origins: Provenance[] = []
  let reportingInterval: string | undefined
  for (const { entry, from: origin } of levels.flatMap((level) => entries(level, 'metrics'))) {
    if (names(entry.providers).length > 0 && !names(entry.providers).includes(made.provider)) continue
    origins.push(origin)
    reportingInterval = entry.reportingInterval ?? reportingInterval
    for (const override of entry.overrides ?? []) {
      const { metric = 'ALL_METRICS', customMetric, mode } = override.match ?? {}
      const wanted = customMetric !== undefined ? [customMetric] : metric === 'ALL_METRICS' ? METRICS : [metric]
      for (const side of ['client', 'server'] as const) if (covers(mode, side)) for (const name of wanted) applyOverride(states, `${side}/${name}`, override)
    }
  }
  const isOff = (side: TelemetryMode): boolean => METRICS.every((name) => states.get(`${side}/${name}`)?.disabled === true)
  const interval = durationMs(reportingInterval)
  return {
    ...made, clientDisabled: isOff('client'), serverDisabled: isOff('server'), overrides: [...states].flatMap(([key, state]) => toOverride(key, state)),
    ...(interval === undefined ? {} : { reportingIntervalMs: interval }), from: origins,
  }
}

function applyOverride(states: Map<string, MetricState>, key: string, override: NonNullable<NonNullable<Spec['metrics']>[number]['overrides']>[number]): void {
  const state = states.get(key) ?? { disabled: false, tags: new Map<string, Tag>() }
  states.set(key, state)
  if (override.disabled !== undefined) state.disabled = override.disabled
  for (const [name, tag] of Object.entries(override.tagOverrides ?? {}))
    state.tags.set(name, tag.operation === 'REMOVE' ? { name, remove: true } : { name, remove: false, ...(tag.value === undefined ? {} : { value: tag.value }) })
}

/** Also a metric that is only said to be on is sent, as istiod does. */
function toOverride(key: string, state: MetricState): readonly MetricOverride[] {
  const slash = key.indexOf('/')
  const mode: TelemetryMode = key.slice(0, slash) === 'client' ? 'client' : 'server'
  return [{ metric: key.slice(slash + 1), mode, disabled: state.disabled, tags: [...state.tags.values()].sort((a, b) => compareText(a.name, b.name)) }]
}

/** Each field of a narrower level replaces that of a wider one; only the first provider counts, because a proxy reports to one. */
function tracing(mesh: MeshConfig, levels: readonly TelemetryResource[], side: TelemetryMode): Tracing {
  const mine = levels.flatMap((level) => entries(level, 'tracing')).filter(({ entry }) => covers(entry.match?.mode, side))
  const provider = mine.flatMap(({ entry }) => names(entry.providers).slice(0, 1)).at(-1) ?? mesh.defaultProviders.tracing?.[0]
  const base = tracingOf(mesh, provider)
  const last = <T>(read: (entry: NonNullable<Spec['tracing']>[number]) => T | undefined): T | undefined => mine.map(({ entry }) => read(entry)).filter((value) => value !== undefined).at(-1)
  const tags = last((entry) => (entry.customTags && Object.keys(entry.customTags).length > 0 ? entry.customTags : undefined))
  return {
    ...base,
    samplingPercent: last((entry) => entry.randomSamplingPercentage) ?? base.samplingPercent,
    disableSpanReporting: last((entry) => entry.disableSpanReporting) ?? base.disableSpanReporting,
    disableContextPropagation: last((entry) => entry.disableContextPropagation) ?? base.disableContextPropagation,
    enableIstioTags: last((entry) => entry.enableIstioTags) ?? base.enableIstioTags,
    useRequestIdForSampling: last((entry) => entry.useRequestIdForTraceSampling) ?? base.useRequestIdForSampling,
    customTags: tags ? customTags(tags) : base.customTags,
    from: mine.map((one) => one.from),
  }
}

const customTags = (tags: Tags): readonly CustomTag[] =>
  Object.entries(tags).sort(([a], [b]) => compareText(a, b)).flatMap(([name, tag]): CustomTag[] => {
    if (tag.literal) return [{ name, value: { kind: 'literal', value: tag.literal.value } }]
    if (tag.formatter) return [{ name, value: { kind: 'formatter', name: tag.formatter.value } }]
    const [kind, source] = tag.header ? (['header', tag.header] as const) : (['environment', tag.environment] as const)
    return source ? [{ name, value: { kind, name: source.name, ...(source.defaultValue === undefined ? {} : { defaultValue: source.defaultValue }) } }] : []
  })
