/** What a Sidecar resource lets its workloads see. @see istio pilot/pkg/model/sidecar.go */
import { refOf, type Resource, type SidecarSpec } from '@istio-ts/api-types'
import { from, hostsOverlap, hostCovers, matchesLabels, type HostName, type Labels, type Provenance } from '@istio-ts/foundation'
import { compareAge } from '../inputs/resource-order.ts'

/** A Sidecar resource. */
export type SidecarResource = Resource<SidecarSpec>

/** One `namespace/host` pattern of an egress listener. */
interface EgressHost {
  /** A namespace, or `*`. */
  readonly namespace: string
  readonly host: HostName
}

/** The scope of one Sidecar. */
export interface SidecarScope {
  /** `namespace/name`. */
  readonly key: string
  readonly resource: SidecarResource
  /** Patterns of all egress listeners; empty list with `restricts` = nothing is seen. */
  readonly egress: readonly EgressHost[]
  /** False if the resource has no egress section, which leaves everything visible. */
  readonly restricts: boolean
  readonly from: readonly Provenance[]
}

/** Where Sidecars are found. */
export interface SidecarShelf {
  ofNamespace(namespace: string): readonly SidecarResource[]
  readonly rootNamespace: string
}

/** The Sidecar in force for a workload: one of its namespace that selects it, else its namespace's default, else the root namespace's. */
export function chooseSidecar(namespace: string, labels: Labels, shelf: SidecarShelf): SidecarResource | undefined {
  const own = [...shelf.ofNamespace(namespace)].sort(compareAge)
  const selecting = own.find((one) => hasSelector(one) && matchesLabels(one.spec.workloadSelector?.labels, labels))
  return selecting ?? own.find((one) => !hasSelector(one)) ?? [...shelf.ofNamespace(shelf.rootNamespace)].sort(compareAge).find((one) => !hasSelector(one))
}

const hasSelector = (one: SidecarResource): boolean => Object.keys(one.spec.workloadSelector?.labels ?? {}).length > 0

/** Parses the egress hosts; `.` is the namespace of the workload that asks. */
export function sidecarScope(resource: SidecarResource, workloadNamespace: string): SidecarScope {
  const egress = resource.spec.egress ?? []
  return {
    key: `${resource.metadata.namespace}/${resource.metadata.name}`,
    resource,
    egress: egress.flatMap((listener) => listener.hosts.flatMap((text) => egressHost(text, workloadNamespace))),
    restricts: egress.length > 0,
    from: [from(refOf(resource), 'spec.egress')],
  }
}

function egressHost(text: string, workloadNamespace: string): readonly EgressHost[] {
  const slash = text.indexOf('/')
  const [namespace, host] = slash < 0 ? ['*', text] : [text.slice(0, slash), text.slice(slash + 1)]
  if (namespace === '~') return []
  return [{ namespace: namespace === '.' ? workloadNamespace : namespace, host: host.toLowerCase() }]
}

const speaksOf = (pattern: EgressHost, namespace: string): boolean => pattern.namespace === '*' || pattern.namespace === namespace

/** True if a service of `namespace` with this host is seen. */
export const seesService = (scope: SidecarScope | undefined, namespace: string, host: HostName): boolean =>
  !scope?.restricts || scope.egress.some((pattern) => speaksOf(pattern, namespace) && hostCovers(pattern.host, host))

/** How much a scope leaves of the services of a namespace. */
export function seesOfNamespace(scope: SidecarScope | undefined, namespace: string): 'all' | 'some' | 'none' {
  if (!scope?.restricts) return 'all'
  const patterns = scope.egress.filter((pattern) => speaksOf(pattern, namespace))
  return patterns.length === 0 ? 'none' : patterns.some((pattern) => pattern.host === '*') ? 'all' : 'some'
}

/** The namespaces of which a scope may leave something; undefined = every one. */
export const namespacesInScope = (scope: SidecarScope | undefined): ReadonlySet<string> | undefined =>
  !scope?.restricts || scope.egress.some((pattern) => pattern.namespace === '*') ? undefined : new Set(scope.egress.map((pattern) => pattern.namespace))

/** True if rules of `namespace` for this host count: their hosts may be wildcards that cover what is seen. */
export const seesRules = (scope: SidecarScope | undefined, namespace: string, hosts: readonly HostName[]): boolean =>
  !scope?.restricts || scope.egress.some((pattern) => speaksOf(pattern, namespace) && hosts.some((host) => hostsOverlap(pattern.host, host)))
