/** What is generated from the kinds: CRDs for the cluster and JSON Schemas for editors, as file name -> text. */
import * as z from 'zod'
import { stringify } from 'yaml'
import { crdOf, ownCrdKinds, type Crd, type CrdKind } from '../src/crd/index.ts'
import { catalog } from '../src/catalog.ts'
import { isCrdKind } from '../src/crd/crd.ts'
import { crdSchemaOf } from '../src/istio/shared/schema/index.ts'
import { LocalMesh, localMeshInput } from '../src/local/index.ts'
import { meshConfigMessage, meshNetworksMessage } from '../src/mesh-config/index.ts'
import { readDescriptions, type Descriptions } from './descriptions.ts'
import { METADATA, objectSchema, toJsonSchema, type JsonSchema } from './json-schema.ts'

/** Paths from the root of the repository. */
export type GeneratedFiles = ReadonlyMap<string, string>

const HEADER = '# Made by `nx run api-types:crds` from the schemas of packages/api-types; do not edit.\n'

/** Every generated file. @param root folder of the package */
export function generate(root: string): GeneratedFiles {
  const descriptions = readDescriptions(root)
  return new Map([...crds(descriptions), ...schemas(descriptions)])
}

function crds(descriptions: Descriptions): readonly (readonly [string, string])[] {
  return ownCrdKinds.map((kind) => {
    const crd = describedCrd(kind, descriptions)
    return [`manifests/crds/${crd.metadata.name}.yaml`, HEADER + stringify(crd, { aliasDuplicateObjects: false, lineWidth: 0 })] as const
  })
}

/** The CRD with the docstrings of the interfaces in it. */
function describedCrd(kind: CrdKind, { describe, purposeOf }: Descriptions): Crd {
  const crd = crdOf(kind)
  const versions = crd.spec.versions.map((version) => {
    const { properties, ...root } = version.schema.openAPIV3Schema
    const { spec, status, ...others } = properties ?? {}
    const described = {
      ...others,
      ...(spec ? { spec: describe(kind.kind, 'spec', spec) } : {}),
      ...(status ? { status: describe(kind.kind, 'status', status) } : {}),
    }
    return { ...version, schema: { openAPIV3Schema: { description: purposeOf(kind.kind) ?? kind.kind, ...root, properties: described } } }
  })
  return { ...crd, spec: { ...crd.spec, versions } }
}

function schemas(descriptions: Descriptions): readonly (readonly [string, string])[] {
  const kinds = catalog.filter(isCrdKind).map((kind): readonly [string, JsonSchema] => {
    const bare = crdSchemaOf(kind.schema())
    const isOurs = kind.owner === 'istio'
    // The names of two owners' kinds may be the same (Gateway).
    const spec = isOurs ? descriptions.describe(kind.kind, 'spec', bare) : bare
    const purpose = (isOurs ? descriptions.purposeOf(kind.kind) : undefined) ?? `${kind.kind} of the Gateway API.`
    const older = Object.fromEntries(kind.versions.flatMap(({ name }) => olderSchema(kind, name)))
    return [`${kind.group}/${kind.kind.toLowerCase()}`, objectSchema(kind, toJsonSchema(spec), purpose, older)]
  })
  const all = [
    ...kinds,
    [`${LocalMesh.group}/localmesh`, localMeshSchema()] as const,
    ['mesh-config', zodSchema(meshConfigMessage(), 'output')] as const,
    ['mesh-networks', zodSchema(meshNetworksMessage(), 'output')] as const,
  ]
  return all.map(([name, schema]) => [`packages/api-types/schemas/${name}.json`, `${JSON.stringify(schema, null, 1)}\n`] as const)
}

/** The schema of the spec in a version that differs from the newest. */
function olderSchema(kind: CrdKind, version: string): readonly (readonly [string, JsonSchema])[] {
  const schema = kind.schemaOf?.(version)
  return schema ? [[version, toJsonSchema(crdSchemaOf(schema))]] : []
}

function localMeshSchema(): JsonSchema {
  const { $schema, ...spec } = zodSchema(localMeshInput(), 'input')
  return {
    $schema,
    title: 'LocalMesh',
    description: 'The processes and gateways of a mesh on one machine.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: { apiVersion: { const: 'istio-ts.dev/v1alpha1' }, kind: { const: 'LocalMesh' }, metadata: METADATA, spec },
    additionalProperties: false,
  }
}

/** Schemas keep unknown fields, because we do; the editor should mark them. */
const zodSchema = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => ({
  ...z.toJSONSchema(schema, {
    target: 'draft-7',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.properties && Object.keys(jsonSchema.properties).length > 0) jsonSchema.additionalProperties = false
    },
  }),
})
