import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assertNever, formatDiagnostic, formatJsonPath, from, hostCovers, manualClock, mergeProvenance, MeshError, parseDuration, parseJsonPath, parseResourceKey, provenanceId, resourceKey } from './index.ts'

const cart = { cluster: 'Kubernetes', group: 'networking.istio.io', kind: 'VirtualService', namespace: 'default', name: 'cart' }

describe('resource keys', () => {
  it('read what they write, cluster-scoped kinds too', () => {
    for (const ref of [cart, { ...cart, namespace: '', group: '' }]) expect(parseResourceKey(resourceKey(ref))).toEqual(ref)
  })
})

describe('provenance', () => {
  it('has a stable id with a JSON pointer', () => {
    expect(provenanceId(from(cart, 'spec.http[2].match["a/b"]'))).toBe('VirtualService/default/cart#/spec/http/2/match/a~1b')
  })
  it('is merged without repeats, in order', () => {
    expect(mergeProvenance([from(cart, 'a'), from(cart, 'b')], [from(cart, 'a')]).map((origin) => origin.path)).toEqual(['a', 'b'])
  })
  it('paths read back what was written', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.nat(99), fc.string({ minLength: 1, maxLength: 6 })), { maxLength: 5 }), (steps) => {
      const path = steps.map((step) => (typeof step === 'string' && /^\d+$/.test(step) ? `k${step}` : step))
      expect(parseJsonPath(formatJsonPath(path))).toEqual(path)
    }))
  })
})

describe('the manual clock', () => {
  it('fires timers in order, at their own time, and not after they were cancelled', () => {
    const clock = manualClock(0)
    const seen: [string, number][] = []
    clock.after(20, () => seen.push(['late', clock.now()]))
    clock.after(10, () => { seen.push(['early', clock.now()]); clock.after(5, () => seen.push(['nested', clock.now()])) })
    clock.after(12, () => seen.push(['never', clock.now()]))()
    clock.advance(30)
    expect(seen).toEqual([['early', 10], ['nested', 15], ['late', 20]])
    expect(clock.pending).toBe(0)
  })
})

describe('messages', () => {
  it('name place, resource, path, problem and remedy in one line', () => {
    expect(formatDiagnostic({ code: 'MESH0142', severity: 'warning', resource: cart, path: 'spec.http[0]', source: { file: 'a.yaml', line: 3, column: 5 }, message: 'Sum is 90.', remedy: 'Make it 100.' }))
      .toBe('a.yaml:3:5: warning MESH0142 VirtualService default/cart: spec.http[0]: Sum is 90. Make it 100.')
  })
  it('of an impossible case say that it is our bug', () => {
    expect(() => assertNever('x' as never)).toThrow(MeshError)
  })
})

it('the example of the README holds', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain("hostCovers('*.example.com', 'shop.example.com') // true")
  expect(hostCovers('*.example.com', 'shop.example.com')).toBe(true)
  expect(parseDuration('1m30s')).toBe(90_000)
  expect(formatDiagnostic({ code: 'MESH0201', severity: 'error', message: 'Broken.', remedy: 'Mend it.' })).toBe('error MESH0201 Broken. Mend it.')
})
