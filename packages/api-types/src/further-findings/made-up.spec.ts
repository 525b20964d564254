/** One value of the wrong type in a valid document: whatever it is, nothing is said of the other parts, which were right. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { formatJsonPath, type JsonPath } from '@istio-ts/foundation'
import { kindOf, safeParse, type Kind } from '../index.ts'
import { parseApiVersion } from '../resource.ts'
import { corpora, objectsBelow, type WrittenObject } from '../testdata/documents.ts'
import { isWithin } from './look.ts'
import { substitute } from './substitute.ts'

interface ValidObject {
  readonly file: string
  readonly kind: Kind
  readonly object: { readonly spec: unknown }
}

function validOf({ file, object }: WrittenObject): readonly ValidObject[] {
  if (!('apiVersion' in object && 'kind' in object && 'spec' in object)) return []
  const kind = kindOf(parseApiVersion(String(object['apiVersion'])).group, String(object['kind']))
  if (!kind || kind.owner === 'kubernetes' || !safeParse(kind, object).resource) return []
  return [{ file, kind, object: { ...object, spec: object['spec'] } }]
}

/** Every place below a value. */
const placesOf = (value: unknown, path: JsonPath = []): readonly JsonPath[] =>
  typeof value !== 'object' || value === null ? [path] : [...(path.length > 0 ? [path] : []), ...Object.entries(value).flatMap(([key, child]) => placesOf(child, [...path, Array.isArray(value) ? Number(key) : key]))]

const refused = { count: 0 }

/** What is said of other places than the one that is wrong. */
function madeUp({ file, kind, object }: ValidObject, path: JsonPath, value: unknown): readonly string[] {
  const { diagnostics } = safeParse(kind, { ...object, spec: substitute(object.spec, [{ path, value }]) })
  const place = formatJsonPath(['spec', ...path])
  // A value of the right type that means something else may rightly be told at its neighbours.
  if (!diagnostics.some(({ code, path: at }) => code === 'MESH0101' && at === place)) return []
  refused.count++
  return diagnostics.filter(({ severity, path: at }) => severity === 'error' && !isWithin(at ?? '', place)).map(({ path: at, message }) => `${file}: ${place} = ${JSON.stringify(value)} made up ${at}: ${message}`)
}

const objects = [join(import.meta.dirname, '..'), join(corpora, 'samples'), join(corpora, 'validation-crds')].flatMap(objectsBelow).flatMap(validOf)

it('makes nothing up', { timeout: 120_000 }, () => {
  const wrong = [{ wrong: [1] }, 'no such value', 5.5, [{}]]
  expect(objects.flatMap((one) => placesOf(one.object.spec).flatMap((path) => wrong.flatMap((value) => madeUp(one, path, value))))).toEqual([])
  console.log(`${refused.count} values of wrong types in ${objects.length} valid objects: nothing made up`)
  expect(refused.count).toBeGreaterThan(500)
})
