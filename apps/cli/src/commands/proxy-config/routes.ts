/** `proxy-config route`: which request goes by which VirtualService. */
import { body, section, type ConfigDump } from '../../dump/config-dump.ts'
import { at, fieldsOf, listOf, textOf, textsOf, type Fields } from '../../dump/json-value.ts'
import { managedBy } from '../../dump/metadata.ts'
import { nothingFound } from '../../errors.ts'
import { formatTable } from '../../output/table.ts'
import { describeDomains } from './domains.ts'
import { describeMatch } from './route-match.ts'

/** What to show; absent = everything. */
export interface RouteFilter {
  readonly name?: string | undefined
}

/** The route tables of a dump, numeric names in order. @throws MeshError MESH0962 if there is none */
export function routesOf(dump: ConfigDump, filter: RouteFilter): readonly Fields[] {
  const content = section(dump, 'routes')
  const all = [...listOf(content['dynamicRouteConfigs']), ...listOf(content['staticRouteConfigs'])].map((entry) => body(entry['routeConfig'])).filter((config) => Object.keys(config).length > 0)
  if (all.length === 0) throw nothingFound('routes')
  return numbersInOrder(all).filter((config) => !filter.name || config['name'] === filter.name)
}

/**
 * Insertion sort by number, where names that are no numbers stay where they are: the order that istioctl shows (its comparison is no
 * order at all, so another algorithm would give another result).
 */
function numbersInOrder(configs: readonly Fields[]): readonly Fields[] {
  const sorted: Fields[] = []
  for (const config of configs) {
    let place = sorted.length
    while (place > 0 && isLess(config, sorted[place - 1])) place--
    sorted.splice(place, 0, config)
  }
  return sorted
}

function isLess(a: Fields, b: Fields | undefined): boolean {
  const [one, two] = [textOf(a['name']), textOf(b?.['name'])]
  return /^[-+]?\d+$/.test(one) && /^[-+]?\d+$/.test(two) && Number(one) < Number(two)
}

/** The table: one row per route, or with `verbose: false` one per table. Routes to what the mesh does not know are left out. */
export function routesTable(dump: ConfigDump, filter: RouteFilter, verbose: boolean, typed = false): string {
  const configs = routesOf(dump, filter).map((config) => ({ config, name: `${typed ? 'route/' : ''}${textOf(config['name'])}` }))
  if (!verbose) return formatTable(['NAME', 'VIRTUAL HOSTS'], configs.map(({ config, name }) => [name, String(listOf(config['virtualHosts']).length)]), 5)
  const rows = configs.flatMap(({ config, name }) => listOf(config['virtualHosts']).flatMap((host) => hostRows(name, host)))
  return formatTable(['NAME', 'VHOST NAME', 'DOMAINS', 'MATCH', 'VIRTUAL SERVICE'], rows, 5)
}

function hostRows(name: string, host: Fields): readonly (readonly string[])[] {
  const head = [name, textOf(host['name']), describeDomains(textsOf(host['domains']))]
  const routes = listOf(host['routes'])
  if (routes.length === 0) return [[...head, '/*', '404']]
  return routes.filter((route) => at(route, 'route', 'cluster') !== 'PassthroughCluster').map((route) => [...head, describeMatch(fieldsOf(route['match'])), managedBy(route)])
}
