/** Corpus authz: the filters that AuthorizationPolicies become on a sidecar's inbound side, for HTTP and for TCP. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Resource } from '@istio-ts/api-types'
import { DEFAULT_LIMITS, loadText, parseObject, parseValues } from '@istio-ts/api-types/yaml'
import { DEFAULT_CLUSTER, formatDiagnostic } from '@istio-ts/foundation'
import { testIdentity } from '@istio-ts/mesh-model/testing'
import { list, record, type Json } from '../json.ts'
import { meshOf } from '../mesh-settings.ts'
import { report, type CorpusResult, type Outcome } from '../report.ts'
import { compare } from '../xds-dumps/compare.ts'
import { dump, modelOf } from '../xds-dumps/generate.ts'

interface Case {
  readonly name: string
  readonly protocol: 'http' | 'tcp'
  readonly input: string
  readonly golden: readonly string[]
  readonly trustDomains?: { readonly trustDomain: string; readonly aliases: readonly string[] }
  readonly meshConfig?: Readonly<Record<string, unknown>>
}

/** The workload of the corpus with one port of each protocol, and the external authorizer. */
const AROUND = `
apiVersion: v1
kind: Service
metadata: {name: httpbin, namespace: foo}
spec: {clusterIP: 10.0.1.1, selector: {app: httpbin}, ports: [{name: http, port: 8000}, {name: tcp, port: 9000}]}
---
apiVersion: v1
kind: Pod
metadata: {name: httpbin-1, namespace: foo, labels: {app: httpbin, version: v1}}
spec: {containers: [{name: app}]}
status: {phase: Running, podIP: 10.40.0.10}
---
apiVersion: v1
kind: Service
metadata: {name: my-custom-ext-authz, namespace: foo}
spec: {clusterIP: 10.0.1.2, ports: [{name: grpc, port: 9000}]}
---
`
const PORTS = { http: 8000, tcp: 9000 } as const
const AUTHORIZATION = /^envoy\.filters\.(http|network)\.(rbac|ext_authz)$/

/** Runs every case of the folder. @param dir the folder of the corpus */
export function run(dir: string): Promise<CorpusResult> {
  const { cases } = JSON.parse(readFileSync(join(dir, 'cases.json'), 'utf8')) as { readonly cases: readonly Case[] }
  return Promise.resolve(report('authz', import.meta.dirname, cases.map((one): Outcome => ({ name: one.name, reason: reasonOf(one, dir) }))))
}

function reasonOf(one: Case, dir: string): string | undefined {
  const expected = one.golden.map((file) => valueOf(readFileSync(join(dir, file), 'utf8')))
  const actual = filtersOf(one, resources(AROUND + readFileSync(join(dir, one.input), 'utf8')))
  const differences = compare({ filters: expected }, { filters: actual })
  return differences.length === 0 ? undefined : differences.slice(0, 3).map((found) => `${found.path}: expected ${JSON.stringify(found.expected)}, got ${JSON.stringify(found.actual)}`).join('; ')
}

/** The authorization filters of the chain that mutual TLS takes on the port. */
function filtersOf(one: Case, found: readonly Resource[]): readonly Json[] {
  const xds = { resources: new Map([[DEFAULT_CLUSTER, found]]), mesh: meshOf(settingsOf(one)), networks: {}, environment: {}, proxies: [] }
  const identity = testIdentity({ name: 'httpbin-1', namespace: 'foo', labels: { app: 'httpbin', version: 'v1' } })
  const { listeners = [] } = dump(modelOf(xds), { name: 'httpbin', identity, expected: {} }, xds)
  const chains = (listeners as readonly Json[]).map(record).filter((listener) => listener['name'] === 'virtualInbound').flatMap((listener) => list(listener['filterChains'])).map(record)
  const chain = chains.find(({ filterChainMatch }) => record(filterChainMatch)['destinationPort'] === PORTS[one.protocol])
  const network = list(chain?.['filters']).map(record)
  const http = network.filter(({ name }) => name === 'envoy.filters.network.http_connection_manager').flatMap(({ typedConfig }) => list(record(typedConfig)['httpFilters'])).map(record)
  return (one.protocol === 'http' ? http : network).filter(({ name }) => AUTHORIZATION.test(String(name)))
}

/** The settings of the case. */
const settingsOf = ({ trustDomains, meshConfig }: Case): Readonly<Record<string, unknown>> =>
  ({ ...meshConfig, ...(trustDomains ? { trustDomain: trustDomains.trustDomain, trustDomainAliases: trustDomains.aliases } : {}) })

const resources = (text: string): readonly Resource[] => loadText(text, { file: 'input', cluster: DEFAULT_CLUSTER, parse: parseObject }).flatMap(({ resource, diagnostics, refused }) => {
  if (refused) throw new Error(diagnostics.map(formatDiagnostic).join('; '))
  return resource ?? []
})

function valueOf(text: string): Json {
  const parsed = parseValues(text, DEFAULT_LIMITS)
  if ('problem' in parsed) throw new Error(parsed.problem.reason)
  return parsed.value as Json
}
