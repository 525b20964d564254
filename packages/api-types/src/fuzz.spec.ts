/** Nothing a user writes may throw, hang or pollute a prototype: damaged copies of real documents, and documents made of nothing. */
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { catalog, kindOf } from './catalog.ts'
import type { Kind } from './kind.ts'
import { safeParse } from './parse.ts'
import { parseApiVersion } from './resource.ts'
import { corpora, objectsBelow, type WrittenObject } from './testdata/documents.ts'
import { mutate, seededChance } from './testing/mutate.ts'

const DOCUMENTS = 10_000
/** A document that takes longer hangs, as far as a user can tell. */
const SLOW_MS = 1000

const seeds = [join(import.meta.dirname, 'istio'), join(corpora, 'validation-crds/objects'), join(corpora, 'samples')].flatMap(objectsBelow).flatMap(seedOf)

interface Seed {
  readonly kind: Kind
  readonly object: unknown
}

function seedOf({ object }: WrittenObject): readonly Seed[] {
  if (!('apiVersion' in object) || !('kind' in object)) return []
  const kind = kindOf(parseApiVersion(String(object['apiVersion'])).group, String(object['kind']))
  return kind ? [{ kind, object }] : []
}

/** Parses and answers in a word, for the message of a failure. */
function outcome(kind: Kind, object: unknown): string {
  const before = performance.now()
  try {
    const { resource, diagnostics } = safeParse(kind, object)
    if (!resource && diagnostics.every((diagnostic) => diagnostic.severity !== 'error')) return 'no resource and no error'
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`
  }
  if (Object.hasOwn(Object.prototype, 'polluted') || 'polluted' in {}) return 'polluted Object.prototype'
  return performance.now() - before > SLOW_MS ? 'slow' : 'fine'
}

describe('whatever a user writes', () => {
  it(`is answered: ${DOCUMENTS} damaged documents`, { timeout: 120_000 }, () => {
    const chance = seededChance(20251121)
    expect(seeds.length).toBeGreaterThan(30)
    for (let i = 0; i < DOCUMENTS; i++) {
      const seed = seeds[i % seeds.length]
      if (!seed) continue
      const object = mutate(seed.object, chance, 1 + (i % 4))
      const said = outcome(seed.kind, object)
      if (said !== 'fine') expect.fail(`${seed.kind.kind} (document ${i}): ${said}`)
    }
  })

  it('is answered for specs of any shape', { timeout: 60_000 }, () => {
    const kinds = catalog.filter((kind) => kind.owner === 'istio' || kind.owner === 'local')
    const words = fc.constantFrom('hosts', 'http', 'tls', 'tcp', 'match', 'route', 'host', 'port', 'ports', 'number', 'labels', 'selector', 'rules', 'servers', 'egress', 'trafficPolicy', '__proto__', 'constructor')
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.array(tie('value')), fc.dictionary(words, tie('value'))),
    }))
    fc.assert(
      fc.property(fc.constantFrom(...kinds), value, (kind, spec) => {
        const version = kind.versions[0]?.name ?? 'v1'
        expect(outcome(kind, { apiVersion: `${kind.group}/${version}`, kind: kind.kind, metadata: { name: 'a' }, spec })).toBe('fine')
      }),
      { numRuns: 2000 },
    )
  })

  it('is damaged by the test in ways that count', () => {
    const chance = seededChance(1)
    const changed = Array.from({ length: 200 }, () => mutate({ a: [1, { b: 'c' }] }, chance))
    expect(new Set(changed.map((document) => Object.prototype.toString.call(document))).size).toBeGreaterThan(3)
    expect(mutate({ a: 1 }, seededChance(7))).toEqual(mutate({ a: 1 }, seededChance(7)))
  })
})
