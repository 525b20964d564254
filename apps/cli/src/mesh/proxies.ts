/** The proxies of a local mesh by the names people give them: `[<type>/]<name>[.<namespace>]`. */
import { readLedger, readView, type MeshFile } from '@istio-ts/local/state'
import { meshNotUp, severalProxies, unknownProxy } from '../errors.ts'

/** A proxy and where its admin interface listens on loopback. */
export interface ProxyAddress {
  /** `name.namespace`, as in its node id. */
  readonly id: string
  readonly name: string
  readonly namespace: string
  readonly service: string | null
  readonly admin: number
}

/** What a mesh says of itself in its state folder: no process needs to answer. @throws MeshError MESH0968 */
export function proxiesOf(mesh: MeshFile): readonly ProxyAddress[] {
  const view = readView(mesh.stateFolder)
  if (!view) throw meshNotUp(mesh.folder)
  const of = (name: string, namespace: string, service: string | null, admin: number): ProxyAddress => ({ id: `${name}.${namespace}`, name, namespace, service, admin })
  return [
    ...view.workloads.map(({ plan, service }) => of(plan.workload, plan.namespace, service, plan.admin)),
    ...view.gateways.map(({ plan }) => of(plan.workload, plan.namespace, null, plan.admin)),
  ]
}

/** The port of istiod's debug pages. @throws MeshError MESH0968 */
export function istiodPort(mesh: MeshFile): number {
  const port = readLedger(mesh.stateFolder)['istiod/http']
  if (port === undefined) throw meshNotUp(mesh.folder)
  return port
}

/** Types that stand for one process here; of several replicas the first is taken, as Istio takes the first pod. */
const GROUPS: ReadonlySet<string> = new Set(['deployment', 'deployments', 'deploy', 'statefulset', 'sts', 'daemonset', 'ds', 'replicaset', 'rs'])
const SERVICES: ReadonlySet<string> = new Set(['service', 'services', 'svc'])

/**
 * Finds a proxy. Without a namespace the one of `-n`, else `default`, else the only namespace that has the name.
 * @throws MeshError MESH0965 with the list of names, MESH0966 if several are meant
 */
export function findProxy(proxies: readonly ProxyAddress[], argument: string, namespace: string | undefined): ProxyAddress {
  const [type, full] = argument.includes('/') ? [argument.slice(0, argument.indexOf('/')).toLowerCase(), argument.slice(argument.indexOf('/') + 1)] : ['pod', argument]
  for (const [name, within] of readings(full, namespace)) {
    const found = proxies.filter((proxy) => isNamed(proxy, type, name) && (within === undefined || proxy.namespace === within))
    const [first, ...others] = found
    if (first && (others.length === 0 || type !== 'pod')) return first
    if (first) throw severalProxies(argument, found.map(({ id }) => id))
  }
  throw unknownProxy(argument, proxies.map(({ id }) => id).sort())
}

/** The ways to read `a.b`: name `a` in namespace `b`, or a name with a dot. */
function readings(full: string, namespace: string | undefined): readonly (readonly [string, string | undefined])[] {
  const dot = full.lastIndexOf('.')
  const split = dot > 0 ? [[full.slice(0, dot), full.slice(dot + 1)] as const] : []
  return [...split, [full, namespace ?? 'default'], ...(namespace === undefined ? [[full, undefined] as const] : [])]
}

function isNamed(proxy: ProxyAddress, type: string, name: string): boolean {
  if (SERVICES.has(type)) return proxy.service === name || proxy.service?.split('.')[0] === name
  return proxy.name === name || (GROUPS.has(type) && proxy.name.startsWith(`${name}-`) && /^\d+$/.test(proxy.name.slice(name.length + 1)))
}
