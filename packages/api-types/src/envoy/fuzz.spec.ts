/** Whatever bytes or JSON come in: a message or a MeshError, soon, and no prototype is touched. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MeshError } from '@istio-ts/foundation'
import { any, decode, encode, fromJson, toJson } from './index.ts'

const LISTENER = 'envoy.config.listener.v3.Listener'

const sample = encode(LISTENER, {
  name: 'l',
  address: { socketAddress: { address: '::1', portValue: 15001 } },
  metadata: { filterMetadata: { a: { list: [1, 'x', null, { deep: true }] } } },
  filterChains: [{
    filterChainMatch: { serverNames: ['a.b'], destinationPort: 80 },
    filters: [{ name: 'hcm', typedConfig: any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', { statPrefix: 's', streamIdleTimeout: '5s', httpFilters: [{ name: 'router', typedConfig: any('envoy.extensions.filters.http.router.v3.Router', {}) }] }) }],
    transportSocketConnectTimeout: '1.5s',
  }],
})

function decodesOrRefuses(bytes: Uint8Array): void {
  try {
    const message = decode(LISTENER, bytes)
    const again = encode(LISTENER, decode(LISTENER, encode(LISTENER, message)))
    expect(again).toEqual(encode(LISTENER, message))
    JSON.stringify(toJson(LISTENER, message))
  } catch (error) {
    // A decoded message may hold what cannot be encoded (a Duration out of range): that is a MeshError as well.
    expect(error).toBeInstanceOf(MeshError)
  }
}

describe('fuzzing', () => {
  it('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodesOrRefuses), { numRuns: 2000 })
  })

  it('a real listener with bytes changed, dropped and doubled', () => {
    const change = fc.tuple(fc.nat(sample.length - 1), fc.nat(255), fc.constantFrom('set', 'drop', 'double', 'cut'))
    const mutate = (bytes: number[], [at, byte, kind]: readonly [number, number, string]): number[] => {
      if (kind === 'set') return bytes.with(Math.min(at, Math.max(bytes.length - 1, 0)), byte)
      if (kind === 'drop') return bytes.toSpliced(at, 1)
      return kind === 'double' ? [...bytes, ...bytes] : bytes.slice(0, at)
    }
    fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let bytes = [...sample]
      for (const item of changes) if (bytes.length > 0) bytes = mutate(bytes, item)
      decodesOrRefuses(Uint8Array.from(bytes))
    }), { numRuns: 3000 })
  })

  it('random JSON', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('filterChains', 'metadata', 'address', '__proto__', 'constructor', 'toString'), (json, key) => {
      const { value } = fromJson(LISTENER, { [key]: json })
      encode(LISTENER, value)
    }), { numRuns: 3000 })
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
  })

  it('a flood of unknown fields takes linear time', () => {
    const flood = new Uint8Array(1_000_000)
    for (let at = 0; at < flood.length; at += 2) flood[at] = 0x78 // field 15, varint 0: Listener has none
    const known = Uint8Array.of(0x0a, 0x01, 0x61)
    const mixed = new Uint8Array(300_000)
    for (let at = 0; at + 5 <= mixed.length; at += 5) mixed.set([...known, 0x78, 0], at)
    expect(encode(LISTENER, decode(LISTENER, flood))).toHaveLength(1_000_000)
    expect(decode(LISTENER, mixed).name).toBe('a')
  })
})
