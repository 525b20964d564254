/** Our discovery messages against the full codec as oracle, and against damage. */
import { any, decode, encode, RAW } from '@istio-ts/api-types/envoy'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLUSTER_TYPE, formatDeltaRequest, formatSotwRequest, parseDeltaRequest, parseDeltaResponse, parseNode, parseSotwRequest, parseSotwResponse, responseEncoder, type SnapshotResource } from '../index.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const names = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { maxLength: 5 })
const node = encode('envoy.config.core.v3.Node', { id: 'sidecar~1~a.b~c' })
const optional = <K extends string, V>(key: K, value: V | undefined) => (value === undefined ? {} : { [key]: value })

describe('requests', () => {
  it('are read and written as the full codec does (delta)', () => {
    fc.assert(fc.property(text, text, names, names, fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }), text, { maxKeys: 4 }), fc.option(text, { nil: undefined }), fc.boolean(), (typeUrl, nonce, subscribe, unsubscribe, versions, error, withNode) => {
      const request = { typeUrl, nonce, subscribe, unsubscribe, initialVersions: new Map(Object.entries(versions)), ...optional('error', error), ...(withNode ? { node } : {}) }
      const bytes = formatDeltaRequest(request)
      const read = parseDeltaRequest(encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', decode('envoy.service.discovery.v3.DeltaDiscoveryRequest', bytes)))
      expect({ ...read, error: read.error }).toEqual({ ...request, error: error === '' ? 'refused without a reason' : error })
    }), { numRuns: 200 })
  })
  it('are read and written as the full codec does (state of the world)', () => {
    fc.assert(fc.property(text, text, text, names, (typeUrl, version, nonce, list) => {
      const request = { typeUrl, version, nonce, names: list, node }
      expect(parseSotwRequest(encode('envoy.service.discovery.v3.DiscoveryRequest', decode('envoy.service.discovery.v3.DiscoveryRequest', formatSotwRequest(request))))).toEqual(request)
    }), { numRuns: 200 })
  })
  it('give a MeshError or a value, whatever the bytes', () => {
    const good = formatDeltaRequest({ typeUrl: CLUSTER_TYPE, nonce: '1', subscribe: ['a', 'b'], unsubscribe: ['c'], initialVersions: new Map([['a', '1']]), node, error: 'x' })
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => Uint8Array.from(good, (old, i) => (i === at ? byte : old)))), (bytes) => {
      for (const parse of [parseDeltaRequest, parseSotwRequest, parseDeltaResponse, parseSotwResponse, parseNode]) {
        try {
          parse(bytes)
        } catch (error) {
          expect(error).toMatchObject({ code: 'MESH0501' })
        }
      }
    }), { numRuns: 2000 })
  })
})

describe('responses', () => {
  const cluster = (name: string): SnapshotResource => ({ name, version: `v-${name}`, bytes: encode('envoy.config.cluster.v3.Cluster', { name, altStatName: 'x' }), provenance: [] })
  const response = { typeUrl: CLUSTER_TYPE, nonce: '7', version: 'w', resources: [cluster('a'), cluster('b')], removed: ['c'] }
  it('are what the full codec reads (delta)', () => {
    const message = decode('envoy.service.discovery.v3.DeltaDiscoveryResponse', responseEncoder('me').delta(response))
    expect(message).toEqual({
      systemVersionInfo: 'w', typeUrl: CLUSTER_TYPE, nonce: '7', removedResources: ['c'], controlPlane: { identifier: 'me' },
      resources: ['a', 'b'].map((name) => ({ name, version: `v-${name}`, resource: any('envoy.config.cluster.v3.Cluster', { name, altStatName: 'x' }) })),
    })
    expect(parseDeltaResponse(responseEncoder().delta(response))).toMatchObject({ removed: ['c'], resources: [{ name: 'a', version: 'v-a' }, { name: 'b' }] })
  })
  it('are what the full codec reads (state of the world)', () => {
    const message = decode('envoy.service.discovery.v3.DiscoveryResponse', responseEncoder().sotw(response))
    expect(message).toMatchObject({ versionInfo: 'w', nonce: '7', resources: [{ name: 'a' }, { name: 'b' }] })
    expect(parseSotwResponse(responseEncoder().sotw(response)).resources.map(({ name }) => name)).toEqual(['a', 'b'])
  })
  it('are read from servers that wrap resources, as others do', () => {
    const wrapped = encode('envoy.service.discovery.v3.DiscoveryResponse', { typeUrl: CLUSTER_TYPE, resources: [any('envoy.service.discovery.v3.Resource', { name: 'n', version: '1', resource: { '@type': CLUSTER_TYPE, [RAW]: Uint8Array.of(0x0a, 1, 110) } })] })
    expect(parseSotwResponse(wrapped).resources).toMatchObject([{ name: 'n', version: '1' }])
  })
})

describe('a node', () => {
  it('is read as the full codec reads it', () => {
    fc.assert(fc.property(fc.dictionary(text, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 }), (metadata) => {
      const plain = JSON.parse(JSON.stringify(metadata))
      const bytes = encode('envoy.config.core.v3.Node', { id: 'i', cluster: 'c', metadata: plain, locality: { region: 'r', zone: 'z', subZone: 's' }, userAgentName: 'envoy' })
      expect(JSON.stringify(parseNode(bytes).metadata)).toBe(JSON.stringify(decode('envoy.config.core.v3.Node', bytes).metadata ?? {}))
      expect(parseNode(bytes)).toMatchObject({ id: 'i', cluster: 'c', locality: { region: 'r', zone: 'z', subZone: 's' } })
    }), { numRuns: 200 })
  })
  it('tells its extensions, without those that are switched off', () => {
    const bytes = encode('envoy.config.core.v3.Node', { extensions: [{ name: 'a', category: 'envoy.filters.http', typeUrls: ['x.Y'] }, { name: 'b', category: 'envoy.filters.http', disabled: true }] })
    expect(parseNode(bytes).extensions).toEqual([{ name: 'a', category: 'envoy.filters.http', typeUrls: ['x.Y'] }])
  })
  it('cannot reach a prototype or nest without end', () => {
    const hostile = encode('envoy.config.core.v3.Node', { metadata: JSON.parse('{"__proto__": {"polluted": true}}') })
    expect(Object.getPrototypeOf(parseNode(hostile).metadata)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
    let deep: unknown = 1
    for (let i = 0; i < 45; i++) deep = [deep]
    const bytes = encode('envoy.config.core.v3.Node', { metadata: JSON.parse(JSON.stringify({ deep })) })
    expect(() => parseNode(bytes)).toThrow('too deep')
  })
})
