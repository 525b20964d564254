/** The JSON Schemas for editors take what we take, and mark what people mistype. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kindOf } from '../catalog.ts'
import { safeParse } from '../parse.ts'
import { parseApiVersion } from '../resource.ts'
import { corpora, objectsBelow } from '../testdata/documents.ts'
import { isRecord } from '../validation/is-record.ts'

type Keywords = Readonly<Record<string, unknown>>

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  null: (value) => value === null,
}

/** Where a value does not fit a draft-07 schema, in the keywords that our schemas have. */
function misfits(schema: unknown, value: unknown, path = ''): readonly string[] {
  if (schema === true || !isRecord(schema)) return schema === false ? [`${path} is not allowed`] : []
  const fits = (other: unknown): boolean => misfits(other, value).length === 0
  const found: string[] = []
  const must = (keyword: string, holds: boolean): unknown => holds || found.push(`${path} ${keyword}`)
  if (schema['type'] !== undefined) must('type', [schema['type']].flat().some((type) => TYPES[String(type)]?.(value)))
  if ('const' in schema) must('const', schema['const'] === value)
  if (Array.isArray(schema['enum'])) must('enum', schema['enum'].includes(value))
  if (Array.isArray(schema['oneOf'])) must('oneOf', schema['oneOf'].filter(fits).length === 1)
  if (Array.isArray(schema['anyOf'])) must('anyOf', schema['anyOf'].some(fits))
  if (Array.isArray(schema['allOf'])) must('allOf', schema['allOf'].every(fits))
  if ('not' in schema) must('not', !fits(schema['not']))
  if ('if' in schema) found.push(...misfits(schema[fits(schema['if']) ? 'then' : 'else'], value, path))
  if (typeof value === 'string' && typeof schema['pattern'] === 'string') must('pattern', new RegExp(schema['pattern'], 'u').test(value))
  const size = typeof value === 'number' ? value : typeof value === 'string' ? [...value].length : isRecord(value) ? Object.keys(value).length : listOf(value).length
  const [least, most] = typeof value === 'number' ? ['minimum', 'maximum'] : typeof value === 'string' ? ['minLength', 'maxLength'] : isRecord(value) ? ['minProperties', 'maxProperties'] : ['minItems', 'maxItems']
  if (typeof schema[least] === 'number') must(least, size >= schema[least])
  if (typeof schema[most] === 'number') must(most, size <= schema[most])
  for (const [i, item] of listOf(value).entries()) if ('items' in schema) found.push(...misfits(schema['items'], item, `${path}[${i}]`))
  if (!isRecord(value)) return found
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  for (const name of listOf(schema['required'])) must(`requires ${String(name)}`, Object.hasOwn(value, String(name)))
  for (const [name, child] of Object.entries(value)) {
    if ('propertyNames' in schema) found.push(...misfits(schema['propertyNames'], name, `${path}.${name}`))
    found.push(...misfits(Object.hasOwn(properties, name) ? properties[name] : (schema['additionalProperties'] ?? true), child, `${path}.${name}`))
  }
  return found
}

const packageRoot = join(import.meta.dirname, '../..')
const schemaOf = (group: string, kind: string): Keywords => JSON.parse(readFileSync(join(packageRoot, 'schemas', group, `${kind.toLowerCase()}.json`), 'utf8'))

const folders = [join(packageRoot, 'src'), ...['samples', 'validation-crds', 'gateway-api', 'benchmarks'].map((name) => join(corpora, name))]

describe('the schemas for editors', () => {
  it('mark nothing in what we take without a word', { timeout: 60_000 }, () => {
    const marked = folders.flatMap(objectsBelow).flatMap(({ file, object }) => {
      const { group } = parseApiVersion(String(object['apiVersion']))
      const kind = kindOf(group, String(object['kind']))
      if (!kind || kind.owner === 'kubernetes' || safeParse(kind, object).diagnostics.some(({ severity, code }) => severity === 'error' || code === 'MESH0103')) return []
      return misfits(schemaOf(group, kind.kind), object).map((misfit) => `${file}:${misfit}`)
    })
    expect(marked).toEqual([])
  })

  it.each([
    ['a misspelt field', { hots: ['a'] }, ['.spec.hots is not allowed']],
    ['a number for a duration', { http: [{ timeout: 5 }] }, ['.spec.http[0].timeout type']],
    ['a text that is no duration', { http: [{ timeout: 'soon' }] }, ['.spec.http[0].timeout pattern']],
    ['two of which one may stand', { http: [{ match: [{ uri: { exact: 'a', prefix: 'b' } }] }] }, ['.spec.http[0].match[0].uri oneOf']],
    ['a missing field', { http: [{ route: [{}] }] }, ['.spec.http[0].route[0] requires destination']],
  ])('mark %s', (_, spec, expected) => {
    expect(misfits(schemaOf('networking.istio.io', 'VirtualService'), { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'a' }, spec })).toEqual(expected)
  })

  it('have the form of each version', () => {
    const route = (version: string): Keywords => ({ apiVersion: `gateway.networking.k8s.io/${version}`, kind: 'TLSRoute', metadata: { name: 'a' }, spec: { rules: [{ backendRefs: [{ name: 'b' }] }] } })
    expect(misfits(schemaOf('gateway.networking.k8s.io', 'TLSRoute'), route('v1alpha2'))).toEqual([])
    expect(misfits(schemaOf('gateway.networking.k8s.io', 'TLSRoute'), route('v1'))).toEqual(['.spec requires hostnames'])
  })
})
