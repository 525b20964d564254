/** Every message that Istio sends in the xDS corpus passes through our codec without loss. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { decode, encode, fromJson, toJson, type MessageName } from './index.ts'

const corpus = join(process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../../../shared'), 'conformance/istio/xds-dumps')

const TYPES: Readonly<Record<string, MessageName>> = {
  listeners: 'envoy.config.listener.v3.Listener',
  routes: 'envoy.config.route.v3.RouteConfiguration',
  clusters: 'envoy.config.cluster.v3.Cluster',
  endpoints: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  extensionConfigs: 'envoy.config.core.v3.TypedExtensionConfig',
}

const dumps = (): string[] => readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((path) => /expected\/.*\.json$/.test(path)).map((path) => join(corpus, path))

function* messages(): Generator<readonly [string, MessageName, unknown]> {
  for (const file of dumps()) {
    const dump = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown[]>
    for (const [key, name] of Object.entries(TYPES)) for (const [index, json] of (dump[key] ?? []).entries()) yield [`${file} ${key}[${index}]`, name, json]
    if (dump['nameTable']) yield [`${file} nameTable`, 'istio.networking.nds.v1.NameTable', dump['nameTable']]
  }
}

describe('the xDS corpus', () => {
  it('decodes and encodes without loss', ({ skip }) => {
    if (!existsSync(corpus)) {
      if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(`the corpus is required but absent: ${corpus}`)
      process.stderr.write('skipped: the xDS corpus is not at ../shared/conformance\n')
      skip()
    }
    let count = 0
    for (const [where, name, json] of messages()) {
      const { value, problems } = fromJson(name, json)
      if (problems.length > 0) expect(problems, where).toEqual([])
      const bytes = encode(name, value)
      const back = decode(name, bytes)
      // isDeepStrictEqual is far faster than toEqual, which then only explains a difference.
      if (!isDeepStrictEqual(toJson(name, back), json)) expect(toJson(name, back), where).toEqual(json)
      expect(isDeepStrictEqual(back, value), where).toBe(true)
      expect(isDeepStrictEqual(encode(name, back), bytes), where).toBe(true)
      count++
    }
    expect(count).toBeGreaterThan(1000)
  })
})
