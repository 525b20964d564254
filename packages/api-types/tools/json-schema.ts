/** JSON Schemas (draft-07) for editors, from the same schemas as the CRDs. @see https://github.com/redhat-developer/yaml-language-server */
import type { CrdKind } from '../src/crd/index.ts'
import type { DescribedSchema } from './descriptions.ts'

/** A JSON Schema. */
export type JsonSchema = { readonly [keyword: string]: unknown }

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** The schema of a whole object of a kind. @param older schemas of the spec in versions that differ from the newest */
export const objectSchema = (kind: CrdKind, spec: JsonSchema, description: string, older: Readonly<Record<string, JsonSchema>> = {}): JsonSchema => ({
  $schema: DRAFT,
  title: kind.kind,
  description,
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata'],
  properties: {
    apiVersion: { enum: kind.versions.filter(({ served }) => served).map(({ name }) => `${kind.group}/${name}`) },
    kind: { const: kind.kind },
    metadata: METADATA,
    spec: Object.keys(older).length === 0 ? spec : { type: 'object' },
    status: { type: 'object' },
  },
  additionalProperties: false,
  ...byVersion(kind.group, spec, Object.entries(older)),
})

/** The schema of the spec chosen by apiVersion, as `if`, `then` and `else`. */
function byVersion(group: string, newest: JsonSchema, [first, ...rest]: readonly (readonly [string, JsonSchema])[]): JsonSchema {
  if (!first) return {}
  const [version, schema] = first
  const others = rest.length === 0 ? { properties: { spec: newest } } : byVersion(group, newest, rest)
  return { if: { properties: { apiVersion: { const: `${group}/${version}` } } }, then: { properties: { spec: schema } }, else: others }
}

/** Metadata of an object that a person writes. */
export const METADATA: JsonSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 253 },
    namespace: { type: 'string', minLength: 1, maxLength: 63 },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
  },
}

/** A structural schema as a JSON Schema: misspelt fields are errors, what only the API server understands is left out. */
export function toJsonSchema(schema: DescribedSchema): JsonSchema {
  const { properties, items, additionalProperties, nullable, type, oneOf, ...rest } = schema
  const keywords = Object.entries(rest).filter(([name]) => !name.startsWith('x-kubernetes-') && name !== 'format')
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true
  const rules = (schema['x-kubernetes-validations'] ?? []).map(({ message }) => message)
  return {
    ...Object.fromEntries(keywords),
    ...oneOfAsWritten(oneOf),
    ...(isDuration(schema) ? { pattern: DURATION } : {}),
    ...(rules.length > 0 ? { description: [...(schema.description === undefined ? [] : [schema.description]), `Rules: ${rules.join('; ')}.`].join(' ') } : {}),
    ...(type === undefined ? {} : { type: nullable ? [type, 'null'] : type }),
    ...(properties ? { properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, toJsonSchema(child)])) } : {}),
    ...(properties && !isOpen ? { additionalProperties: false } : {}),
    ...(additionalProperties ? { additionalProperties: toJsonSchema(additionalProperties) } : {}),
    ...(items ? { items: toJsonSchema(items) } : {}),
  }
}

/** A Go duration; its CEL rule says more, but an editor knows no CEL. */
const DURATION = '^[+-]?(0|((\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|ms|s|m|h))+)$'
const isDuration = (schema: DescribedSchema): boolean => (schema['x-kubernetes-validations'] ?? []).some(({ rule }) => rule.startsWith('duration(self)'))

/** The API server fills in defaults before it looks at alternatives of values; in a file the value may be absent, and then several fit. */
const oneOfAsWritten = (oneOf: DescribedSchema['oneOf']): JsonSchema => (oneOf === undefined ? {} : oneOf.some((branch) => 'properties' in branch) ? { anyOf: oneOf } : { oneOf })
