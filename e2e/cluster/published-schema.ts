/** What the API server publishes of a kind: the OpenAPI v3 document that `kubectl explain` shows. */
import type { OpenApi, OpenApiSchema } from './client.ts'

/** The schema of a kind. */
export const schemaOfKind = (document: OpenApi, kind: string): OpenApiSchema | undefined =>
  Object.values(document.components.schemas).find((schema) => schema['x-kubernetes-group-version-kind']?.some((known) => known.kind === kind))

/** One field with its path, e.g. `spec.http[].route`. */
export interface PublishedField {
  readonly path: string
  readonly schema: OpenApiSchema
}

/** All fields below a schema, depth first. */
export function fieldsOf(schema: OpenApiSchema, path: string): readonly PublishedField[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [{ path: `${path}.${name}`, schema: field }, ...fieldsOf(field, `${path}.${name}`)])
  const values = typeof schema.additionalProperties === 'object' ? fieldsOf(schema.additionalProperties, `${path}.*`) : []
  return [...own, ...(schema.items ? fieldsOf(schema.items, `${path}[]`) : []), ...values]
}

/** The text that `kubectl explain` shows at a field: its own, or that of its elements. */
export const textOf = ({ schema }: PublishedField): string => schema.description ?? schema.items?.description ?? ''
