/** The debug endpoints of istiod. */
import type { Graph } from '@istio-ts/collections'
import { formatDiagnostic } from '@istio-ts/foundation'
import type { XdsServer } from '@istio-ts/xds-protocol'
import type { Problems } from '../../problems.ts'
import type { KindSources } from '../../store/kind-sources.ts'
import type { Locator } from '../../store/locate.ts'
import { json, plain, type HttpAnswer, type HttpRoute } from '../http-server.ts'
import { configDump } from './config-dump.ts'
import { configStore, registry } from './config-store.ts'
import { provenanceAnswer } from './provenance.ts'
import { adsStatus, proxyName, syncStatus } from './sync-status.ts'

/** What the endpoints look at. */
export interface DebugDeps {
  readonly xds: XdsServer
  readonly resources: KindSources
  readonly graph: Graph
  readonly problems: Problems
  readonly locate: Locator
  readonly mesh: () => unknown
}

/** Routes by path; `/debug/list` names them all. */
export function debugRoutes(deps: DebugDeps): ReadonlyMap<string, HttpRoute> {
  const routes = new Map<string, HttpRoute>([
    ['/debug/syncz', () => json(deps.xds.connections().map(syncStatus))],
    ['/debug/adsz', () => json(adsStatus(deps.xds.connections()))],
    ['/debug/connections', () => json(adsStatus(deps.xds.connections()))],
    ['/debug/configz', ({ query }) => json(configStore(deps.resources, query.get('kind')))],
    ['/debug/registryz', () => json(registry(deps.resources))],
    ['/debug/mesh', () => json(deps.mesh())],
    ['/debug/diagnostics', ({ query }) => diagnosticsAnswer(deps, query)],
    ['/debug/provenance', ({ query }) => found(provenanceAnswer(query, ofProxy(deps.xds, query.get('proxyID')), deps.locate), 'no such resource')],
    ['/debug/config_dump', ({ query }) => dumpAnswer(deps.xds, query)],
    ['/debug/trace', ({ query }) => json(deps.graph.trace(query.get('collection') ?? '', query.get('key') ?? ''))],
    ['/debug/graph', () => json({ counters: { ...deps.graph.counters, computedByNode: Object.fromEntries(deps.graph.counters.computedByNode) }, failures: deps.graph.failures.map((failure) => String(failure)) })],
  ])
  routes.set('/debug/list', () => json([...routes.keys()].sort()))
  routes.set('/debug', () => json([...routes.keys()].sort()))
  return routes
}

const found = (value: unknown, otherwise: string): HttpAnswer => (value === undefined ? plain(`${otherwise}\n`, 404) : json(value))

/** A proxy by `name.namespace`, node id or connection id; all if none is named. */
const ofProxy = (xds: XdsServer, id: string | null) =>
  xds.connections().filter((connection) => id === null || id === '' || [proxyName(connection), connection.client.node.id, connection.client.connectionId].includes(id))

function dumpAnswer(xds: XdsServer, query: URLSearchParams): HttpAnswer {
  const id = query.get('proxyID')
  if (id === null || id === '') return plain('You must provide a proxyID in the query string\n', 400)
  const [connection] = ofProxy(xds, id)
  return found(connection && configDump(connection.snapshot), 'Proxy not connected to this istiod instance. It may be connected to another instance')
}

function diagnosticsAnswer({ problems }: DebugDeps, query: URLSearchParams): HttpAnswer {
  const all = problems.all()
  return query.get('form') === 'text' ? plain(all.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n`).join('')) : json(all)
}
