/** Corpus simulation: calls against what we generate for one proxy, and where Istio would lead them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_CLUSTER } from '@istio-ts/foundation'
import { meshOf } from '../mesh-settings.ts'
import { report, type CorpusResult, type Outcome } from '../report.ts'
import { list, record, text, type Fields, type Json } from '../json.ts'
import { dump, modelOf } from '../xds-dumps/generate.ts'
import { identityOf, readScenario, resourcesOf, type Expectation, type Scenario } from './scenario.ts'
import { simulate, type Call, type Generated, type Result } from './simulate.ts'

/** Runs every scenario of the folder. @param dir the folder of the corpus */
export function run(dir: string): Promise<CorpusResult> {
  const { cases } = JSON.parse(readFileSync(join(dir, 'cases.json'), 'utf8')) as { readonly cases: readonly { readonly name: string; readonly file: string }[] }
  return Promise.resolve(report('simulation', import.meta.dirname, cases.map(({ name, file }): Outcome => ({ name, reason: reasonOf(readScenario(dir, file)) }))))
}

/** What is wrong with a scenario; nothing if all holds. */
function reasonOf(scenario: Scenario): string | undefined {
  try {
    const xds = { resources: new Map([[DEFAULT_CLUSTER, resourcesOf(scenario)]]), mesh: meshOf(scenario.meshConfig), networks: {}, environment: {}, proxies: [] }
    const { listeners = [], routes = [], clusters = [] } = dump(modelOf(xds), { name: 'proxy', identity: identityOf(scenario), expected: {} }, xds)
    const generated: Generated = { listeners: list(listeners), routes: list(routes) }
    const problems = [
      ...(scenario.calls ?? []).flatMap(({ name, call, expect }) => callProblems(call, expect, generated).map((problem) => `${name ?? `port ${call.port}`}: ${problem}`)),
      ...routeProblems(scenario, generated),
      ...clusterProblems(scenario, list(clusters)),
      ...(scenario.expectShape === undefined ? [] : ['statements about shapes are not read']),
    ]
    return problems.length === 0 ? undefined : problems.slice(0, 3).join('; ')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const NAMES = ['listener', 'filterChain', 'routeConfig', 'virtualHost', 'route', 'cluster'] as const satisfies readonly (keyof Result)[]

function callProblems(call: Call, expect: Expectation, generated: Generated): readonly string[] {
  const result = simulate(call, generated)
  const same = (what: keyof Result, want: string | undefined): readonly string[] => (want === undefined || want === withoutDomain(what, result[what]) || want === result[what] ? [] : [`${what} is ${JSON.stringify(result[what])}, not ${JSON.stringify(want)}`])
  return [...same('error', expect.error ?? ''), ...NAMES.flatMap((name) => same(name, expect[name] ?? (expect.strictMatch === true ? '' : undefined)))]
}

/** The origin's store has no domain: a short host `a` of namespace `default` becomes `a.default` there. */
const withoutDomain = (what: keyof Result, got: string): string => (what === 'cluster' ? got.replace(/^(outbound\|.*\|[^.]+\.[^.]+)\.svc\.cluster\.local$/, '$1') : got)

function routeProblems({ expectRoutes }: Scenario, { routes }: Generated): readonly string[] {
  if (!expectRoutes) return []
  const hosts = routes.map(record).filter(({ name }) => name === expectRoutes.routeConfig).flatMap((table) => list(table['virtualHosts'])).map(record)
  return Object.entries(expectRoutes.virtualHosts).flatMap(([name, want]) => {
    // The corpus leaves out the port with which Istio ends the names of virtual hosts.
    const got = hosts.filter((host) => host['name'] === name || host['name'] === `${name}:${expectRoutes.routeConfig}`).flatMap((host) => list(host['routes'])).flatMap((route) => clustersOf(record(record(route)['route'])))
    return JSON.stringify(got) === JSON.stringify(want ?? []) ? [] : [`${name} routes to ${JSON.stringify(got)}, not ${JSON.stringify(want)}`]
  })
}

const clustersOf = (action: Fields): readonly string[] => {
  const weighted = list(record(action['weightedClusters'])['clusters']).map((one) => text(record(one)['name']))
  return weighted.length > 0 ? weighted : [text(action['cluster'])]
}

function clusterProblems({ expectInboundClusters }: Scenario, clusters: readonly Json[]): readonly string[] {
  if (!expectInboundClusters) return []
  const found = new Map(clusters.map(record).filter(({ name }) => text(name).startsWith('inbound')).map((cluster) => [text(cluster['name']), cluster]))
  const names = new Set([...found.keys(), ...Object.keys(expectInboundClusters)])
  return [...names].flatMap((name) => {
    const [cluster, want] = [found.get(name), expectInboundClusters[name]]
    if (!cluster || !want) return [`${name} is ${cluster ? 'not expected' : 'missing'}`]
    const got = { endpoints: endpointsOf(cluster), telemetryServices: servicesOf(cluster) }
    const wanted = { endpoints: want.endpoints ?? [], telemetryServices: want.telemetryServices ?? [] }
    return JSON.stringify(got) === JSON.stringify(wanted) ? [] : [`${name} is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`]
  })
}

const endpointsOf = (cluster: Fields): readonly string[] =>
  list(record(cluster['loadAssignment'])['endpoints']).flatMap((one) => list(record(one)['lbEndpoints'])).map((one) => {
    const { socketAddress, pipe } = record(record(record(one)['endpoint'])['address'])
    const socket = record(socketAddress)
    return pipe === undefined ? `${text(socket['address'])}:${String(socket['portValue'])}` : text(record(pipe)['path'])
  })

const servicesOf = (cluster: Fields): readonly string[] =>
  list(record(record(record(cluster['metadata'])['filterMetadata'])['istio'])['services']).map((one) => text(record(one)['host']))
