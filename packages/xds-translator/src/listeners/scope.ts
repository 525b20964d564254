/** What listeners may depend on: the view, what the client has, and answers that all of them share. */
import type { ProxyView } from '@istio-ts/mesh-model'
import type { AuthorizationScope } from '../authorization/filters.ts'
import { extensionsOf, type Extensions } from '../extensions.ts'

/** Passed down to everything that makes a listener. */
export interface ListenerScope {
  readonly view: ProxyView
  readonly extensions: Extensions
  /** Workload port -> the port where the proxy listens for it; the same outside a local mesh. */
  readonly toListenPort: (workloadPort: number) => number
}

/** The scope of a view. */
export function listenerScope(view: ProxyView): ListenerScope {
  const listen = new Map(view.loopback?.inboundPorts.map(({ workloadPort, listen: port }) => [workloadPort, port] as const))
  return { view, extensions: extensionsOf(view.proxy.extensions), toListenPort: (port) => listen.get(port) ?? port }
}

/** How authorization rules are spelled on this listener. */
export const authorizationScope = (scope: ListenerScope, tcp: boolean): AuthorizationScope => ({ tcp, toListenPort: scope.toListenPort })
