/** JSON Schemas (draft-07) for editors, from the same schemas as the CRDs. @see https://github.com/redhat-developer/yaml-language-server */
import type { CrdKind } from '../src/crd/index.ts'
import type { DescribedSchema } from './descriptions.ts'

/** A JSON Schema. */
export type JsonSchema = { readonly [keyword: string]: unknown }

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** The schema of a whole object of a kind. */
export const objectSchema = (kind: CrdKind, spec: JsonSchema, description: string): JsonSchema => ({
  $schema: DRAFT,
  title: kind.kind,
  description,
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata'],
  properties: {
    apiVersion: { enum: kind.versions.filter(({ served }) => served).map(({ name }) => `${kind.group}/${name}`) },
    kind: { const: kind.kind },
    metadata: METADATA,
    spec,
    status: { type: 'object' },
  },
  additionalProperties: false,
})

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
  const { properties, items, additionalProperties, nullable, type, ...rest } = schema
  const keywords = Object.entries(rest).filter(([name]) => !name.startsWith('x-kubernetes-') && name !== 'format')
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true
  const rules = (schema['x-kubernetes-validations'] ?? []).map(({ message }) => message)
  return {
    ...Object.fromEntries(keywords),
    ...(rules.length > 0 ? { description: [...(schema.description === undefined ? [] : [schema.description]), `Rules: ${rules.join('; ')}.`].join(' ') } : {}),
    ...(type === undefined ? {} : { type: nullable ? [type, 'null'] : type }),
    ...(properties ? { properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, toJsonSchema(child)])) } : {}),
    ...(properties && !isOpen ? { additionalProperties: false } : {}),
    ...(additionalProperties ? { additionalProperties: toJsonSchema(additionalProperties) } : {}),
    ...(items ? { items: toJsonSchema(items) } : {}),
  }
}
