/** CustomResourceDefinitions, made from the kinds: structural schemas with CEL rules, defaults, enums, bounds and printer columns. */
import { crdSchemaOf, type CrdSchema, type Field } from '../istio/shared/schema/index.ts'
import type { Kind, KindVersion } from '../kind.ts'
import type { CrdExtras } from './crd-extras.ts'
import { schemaWithoutFacts } from './errors.ts'

/** A column as a CRD writes it. */
export interface CrdColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly description?: string
  readonly format?: string
  readonly priority?: number
}

/** One version of a CRD. */
export interface CrdVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly additionalPrinterColumns?: readonly CrdColumn[]
  readonly subresources?: { readonly status: object }
  readonly schema: { readonly openAPIV3Schema: CrdSchema }
}

/** A CustomResourceDefinition of apiextensions.k8s.io/v1. */
export interface Crd {
  readonly apiVersion: 'apiextensions.k8s.io/v1'
  readonly kind: 'CustomResourceDefinition'
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly group: string
    readonly names: {
      readonly kind: string
      readonly listKind: string
      readonly plural: string
      readonly singular: string
      readonly shortNames?: readonly string[]
      readonly categories?: readonly string[]
    }
    readonly scope: Kind['scope']
    readonly versions: readonly CrdVersion[]
  }
}

/** A kind with what only its CRD says. */
export type CrdKind = Kind & ({ readonly crd: CrdExtras } | { readonly specRequired: boolean })

/** True for kinds that can be made into a CRD. */
export const isCrdKind = (kind: Kind): kind is CrdKind => 'crd' in kind || 'specRequired' in kind

const extrasOf = (kind: CrdKind): CrdExtras => ('crd' in kind ? kind.crd : { specRequired: kind.specRequired })

/** As in Istio's own manifests, so that tools which look for them find them; Helm must not delete CRDs, and all resources with them. */
const ISTIO_METADATA = {
  labels: { app: 'istio-pilot', chart: 'istio', heritage: 'Tiller', release: 'istio' },
  annotations: { 'helm.sh/resource-policy': 'keep' },
} as const

/** The CRD of a kind. All versions of ours have one schema, so there is no conversion. */
export function crdOf(kind: CrdKind): Crd {
  const extras = extrasOf(kind)
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${kind.group}`,
      ...(kind.owner === 'istio' ? ISTIO_METADATA : {}),
      ...(extras.annotations ? { annotations: extras.annotations } : {}),
    },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: kind.listKind,
        plural: kind.plural,
        singular: kind.singular,
        ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
        ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
      },
      scope: kind.scope,
      versions: kind.versions.map((version) => crdVersion(kind, version, extras)),
    },
  }
}

function crdVersion(kind: CrdKind, version: KindVersion, extras: CrdExtras): CrdVersion {
  const columns = version.printerColumns ?? []
  const warning = extras.deprecationWarnings?.[version.name]
  return {
    name: version.name,
    served: version.served,
    storage: version.storage,
    ...(version.deprecated ? { deprecated: true } : {}),
    ...(warning === undefined ? {} : { deprecationWarning: warning }),
    ...(columns.length > 0 ? { additionalPrinterColumns: columns } : {}),
    ...(version.status ? { subresources: { status: {} } } : {}),
    schema: { openAPIV3Schema: rootSchema(kind, extras.schemas?.[version.name] ?? kind.schema, extras) },
  }
}

const TEXT: CrdSchema = { type: 'string' }
const ROOT_FIELDS: Readonly<Record<string, CrdSchema>> = { apiVersion: TEXT, kind: TEXT, metadata: { type: 'object' } }

function rootSchema(kind: CrdKind, spec: () => Field<unknown>, extras: CrdExtras): CrdSchema {
  return {
    type: 'object',
    ...(extras.specRequired ? { required: ['spec'] } : {}),
    properties: {
      ...(extras.hasRootFields ? ROOT_FIELDS : {}),
      ...(extras.withoutSpec ? {} : { spec: structural(spec()) }),
      ...(kind.statusSchema ? { status: structural(kind.statusSchema()) } : {}),
    },
  }
}

/** @throws MeshError MESH0191 if the schema was not made with the toolbox that keeps the facts. */
function structural(schema: Field<unknown>): CrdSchema {
  const facts = crdSchemaOf(schema)
  if (facts.type === undefined) throw schemaWithoutFacts()
  return facts
}
