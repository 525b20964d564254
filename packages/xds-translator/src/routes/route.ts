/** One route: match, action, and what belongs to it. */
import { assertNever, provenanceId, type Provenance } from '@istio-ts/foundation'
import type { Route } from '@istio-ts/mesh-model'
import { configPath } from '../names/config-path.ts'
import { present, type Message } from '../wire/message.ts'
import { corsConfig } from './cors-config.ts'
import { faultConfig } from './fault-config.ts'
import { headerOperations } from './header-operations.ts'
import { directResponseAction, forwardAction, redirectAction } from './route-action.ts'
import { routeMatch } from './route-match.ts'

/** What a route may depend on besides itself. */
export interface RouteScope {
  /** Port of the listener: in names of operations, and for redirects to "the same port". */
  readonly port: number
  readonly wantsProvenance: boolean
}

/** The route in Envoy's words. */
export function routeMessage(route: Route, scope: RouteScope): Message {
  const match = routeMatch(route.match)
  const action = actionOf(route, scope)
  return present({
    name: route.name === '' ? undefined : route.name,
    match,
    ...action,
    decorator: { operation: operation(route, match, scope.port) },
    metadata: routeMetadata(route, scope),
    ...headerOperations(route.headers, ...destinationHeaders(route)),
    typedPerFilterConfig: perFilterConfig(route),
  })
}

function actionOf(route: Route, scope: RouteScope): Message {
  const { action } = route
  switch (action.kind) {
    case 'forward':
      return { route: forwardAction(action, route) }
    case 'redirect':
      return { redirect: redirectAction(action, scope.port) }
    case 'direct-response':
      return { directResponse: directResponseAction(action) }
    default:
      return assertNever(action)
  }
}

/** Header changes of a single destination stand on the route; those of several on each weighted cluster. */
const destinationHeaders = ({ action }: Route) =>
  action.kind === 'forward' && action.destinations.length === 1 ? action.destinations.map((destination) => destination.headers) : []

/** The name of the span: `<destination>:<port><path>`, or the VirtualService's name where there is no single destination. */
function operation(route: Route, match: Message, port: number): string {
  const [only, ...others] = route.action.kind === 'forward' ? route.action.destinations : []
  const path = typeof match['path'] === 'string' ? match['path'] : typeof match['prefix'] === 'string' ? `${match['prefix']}*` : route.match.path?.kind === 'regex' ? route.match.path.value : '/*'
  if (only !== undefined && others.length === 0 && only.target.kind === 'upstream') return `${only.target.ref.host}:${only.target.ref.port}${path}`
  return `${route.owner?.name ?? ''}:${port}${path}`
}

/** Istio's own origin for everyone; ours, down to the JSON path, for clients that ask for it. */
export function routeMetadata(route: { readonly owner?: Route['owner']; readonly from: readonly Provenance[] }, scope: RouteScope): Message | undefined {
  const [origin] = route.from
  const filters = present({
    istio: route.owner && { config: configPath(route.owner) },
    'istio-ts.dev': scope.wantsProvenance && origin !== undefined ? { from: provenanceId(origin) } : undefined,
  })
  return Object.keys(filters).length === 0 ? undefined : { filterMetadata: filters }
}

function perFilterConfig(route: Route): Message | undefined {
  if (route.fault === undefined && route.cors === undefined) return undefined
  return present({
    'envoy.filters.http.fault': route.fault && faultConfig(route.fault),
    'envoy.filters.http.cors': route.cors && corsConfig(route.cors),
  })
}
