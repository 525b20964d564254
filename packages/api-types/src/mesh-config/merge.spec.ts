/** Laying mesh configurations over each other: the algebra of the merge, and that nothing written can break it. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refOf, type Resource } from '../resource.ts'
import type { ConfigMapSpec } from '../kubernetes/index.ts'
import { applyMeshConfig, applyProxyConfig, defaultMeshConfig, defaultProxyConfig, readMeshConfig, readMeshNetworks, readProxyConfigAnnotation, type MeshConfigOverlay } from './index.ts'

const provider = fc.record({ name: fc.constantFrom('prometheus', 'envoy', 'a', 'b'), zipkin: fc.record({ service: fc.string() }) }).map((given) => ({ ...given }))
const proxy = fc.record(
  { proxyMetadata: fc.dictionary(fc.constantFrom('A', 'B'), fc.string()), concurrency: fc.nat(8), serviceCluster: fc.string(), statusPort: fc.nat(65535) },
  { requiredKeys: [] },
)
const overlay: fc.Arbitrary<MeshConfigOverlay> = fc.record(
  {
    trustDomain: fc.string(),
    trustDomainAliases: fc.array(fc.constantFrom('x', 'y', 'z')),
    outboundTrafficPolicy: fc.record({ mode: fc.constantFrom('ALLOW_ANY', 'REGISTRY_ONLY') }),
    defaultProviders: fc.record({ tracing: fc.array(fc.string()), metrics: fc.array(fc.string()) }, { requiredKeys: [] }),
    extensionProviders: fc.uniqueArray(provider, { selector: ({ name }) => name }),
    defaultConfig: proxy,
  },
  { requiredKeys: [] },
)

describe('applyMeshConfig', () => {
  it('leaves everything alone when nothing is written', () => expect(applyMeshConfig(defaultMeshConfig, {})).toEqual(defaultMeshConfig))

  it('does the same twice as once', () =>
    fc.assert(
      fc.property(overlay, (written) => {
        expect(applyMeshConfig(applyMeshConfig(defaultMeshConfig, written), written)).toEqual(applyMeshConfig(defaultMeshConfig, written))
      }),
    ))

  it('takes what was written last, field by field', () =>
    fc.assert(
      fc.property(overlay, overlay, (first, second) => {
        const merged = applyMeshConfig(applyMeshConfig(defaultMeshConfig, first), second)
        expect(merged.trustDomain).toBe(second.trustDomain ?? first.trustDomain ?? 'cluster.local')
        expect(merged.outboundTrafficPolicy).toEqual(second.outboundTrafficPolicy ?? first.outboundTrafficPolicy ?? { mode: 'ALLOW_ANY' })
        expect(merged.defaultConfig.proxyMetadata ?? {}).toEqual({ ...first.defaultConfig?.proxyMetadata, ...second.defaultConfig?.proxyMetadata })
        expect(merged.trustDomainAliases).toEqual([...new Set([...(first.trustDomainAliases ?? []), ...(second.trustDomainAliases ?? [])])].sort())
      }),
    ))

  it('keeps each provider once, the newest of its name, in its place', () =>
    fc.assert(
      fc.property(overlay, (written) => {
        const merged = applyMeshConfig(defaultMeshConfig, written).extensionProviders
        const names = merged.map(({ name }) => name)
        expect(new Set(names).size).toBe(names.length)
        expect(names.slice(0, 3)).toEqual(['prometheus', 'stackdriver', 'envoy'])
        for (const given of written.extensionProviders ?? []) expect(merged).toContainEqual(given)
      }),
    ))

  it('does not change what it is given', () => {
    const before = structuredClone(defaultMeshConfig)
    applyMeshConfig(defaultMeshConfig, { trustDomainAliases: ['a'], defaultConfig: { proxyMetadata: { A: '1' } } })
    expect(defaultMeshConfig).toEqual(before)
  })

  it('names a cluster in one way', () => {
    const merged = applyProxyConfig(defaultProxyConfig, { tracingServiceName: 'CANONICAL_NAME_ONLY' })
    expect(merged).not.toHaveProperty('serviceCluster')
    expect(applyProxyConfig(merged, { serviceCluster: 'a' })).not.toHaveProperty('tracingServiceName')
  })
})

const configMap = (data: Readonly<Record<string, string>>): Resource<ConfigMapSpec> => ({
  cluster: 'Kubernetes',
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'istio', namespace: 'istio-system' },
  spec: { data },
})

describe('reading the ConfigMap', () => {
  it('answers for any text', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.anything().map((value) => JSON.stringify(value) ?? '')), (text) => {
        const map = configMap({ mesh: text, meshNetworks: text })
        for (const { value, diagnostics } of [readMeshConfig(map), readMeshNetworks(map)]) {
          expect(value === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'))
          for (const { resource } of diagnostics) expect(resource).toEqual(refOf(map))
        }
        readProxyConfigAnnotation(text, defaultProxyConfig)
      }),
      { numRuns: 500 },
    ))

  it('takes an empty text, and an absent key, for the defaults', () => {
    expect(readMeshConfig(configMap({ mesh: '' })).value).toEqual(defaultMeshConfig)
    expect(readMeshConfig(configMap({})).value).toEqual(defaultMeshConfig)
    expect(readMeshNetworks(configMap({})).value).toEqual({ networks: {} })
  })

  it('reads keys that would pollute a prototype as data', () => {
    readMeshConfig(configMap({ mesh: '{"__proto__": {"polluted": true}, "defaultConfig": {"proxyMetadata": {"__proto__": "x"}}}' }))
    expect('polluted' in {}).toBe(false)
  })
})
