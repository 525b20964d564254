/** Every message of Istio's golden data passes through our codec without loss. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it, type TestContext } from 'vitest'
import { corpora } from '../testdata/documents.ts'
import { decode, encode, fromJson, toJson, type MessageName } from './index.ts'

const TYPES: Readonly<Record<string, MessageName>> = {
  listeners: 'envoy.config.listener.v3.Listener',
  routes: 'envoy.config.route.v3.RouteConfiguration',
  clusters: 'envoy.config.cluster.v3.Cluster',
  endpoints: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  extensionConfigs: 'envoy.config.core.v3.TypedExtensionConfig',
}

interface Sample {
  readonly where: string
  readonly name: MessageName
  readonly json: unknown
}

/** JSON files of a corpus; the test is skipped (or fails, where everything is required) if the corpus is absent. */
function files(context: TestContext, corpus: string, pattern: RegExp): string[] {
  const folder = join(corpora, corpus)
  if (existsSync(folder)) return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => pattern.test(path)).map((path) => join(folder, path))
  if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(`the corpus is required but absent: ${folder}`)
  process.stderr.write(`skipped: no corpus at ${folder}\n`)
  return context.skip()
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

function* dumped(file: string): Generator<Sample> {
  const dump = readJson(file) as Record<string, unknown[]>
  for (const [key, name] of Object.entries(TYPES)) for (const [index, json] of (dump[key] ?? []).entries()) yield { where: `${file} ${key}[${index}]`, name, json }
  if (dump['nameTable']) yield { where: `${file} nameTable`, name: 'istio.networking.nds.v1.NameTable', json: dump['nameTable'] }
}

/** From JSON to memory to bytes and back; isDeepStrictEqual is far faster than toEqual, which then only explains a difference. */
function passes({ where, name, json }: Sample): unknown {
  const { value, problems } = fromJson(name, json)
  if (problems.length > 0) expect(problems, where).toEqual([])
  const bytes = encode(name, value)
  const back = decode(name, bytes)
  if (!isDeepStrictEqual(back, value)) expect(back, where).toEqual(value)
  expect(isDeepStrictEqual(encode(name, back), bytes), where).toBe(true)
  return toJson(name, back)
}

describe('golden data of Istio', () => {
  it('xDS dumps: the JSON that comes out is the JSON that went in', (context) => {
    const samples = files(context, 'xds-dumps', /expected\/.*\.json$/).flatMap((file) => [...dumped(file)])
    for (const sample of samples) {
      const json = passes(sample)
      if (!isDeepStrictEqual(json, sample.json)) expect(json, sample.where).toEqual(sample.json)
    }
    expect(samples.length).toBeGreaterThan(1000)
  })

  it('bootstraps, with their snake_case names', (context) => {
    const golden = files(context, 'bootstrap', /_golden\.json$/)
    for (const file of golden) passes({ where: file, name: 'envoy.config.bootstrap.v3.Bootstrap', json: readJson(file) })
    expect(golden.length).toBeGreaterThan(10)
  })

  it("config dumps of a proxy's admin port", (context) => {
    const golden = files(context, 'cli-output', /config_?dump\.json$/)
    for (const file of golden) passes({ where: file, name: 'envoy.admin.v3.ConfigDump', json: readJson(file) })
    expect(golden.length).toBeGreaterThan(5)
  })
})
