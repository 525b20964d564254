/** A CRD boiled down to its facts, the form in which two CRDs are compared: no descriptions, equal schemas named once. */
import type { CrdSchema } from '../istio/shared/schema/index.ts'
import type { Crd, CrdColumn, CrdVersion } from './crd.ts'

/** Facts of one version; equal schemas are named, not repeated. */
export interface CrdVersionFacts {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly subresources: readonly string[]
  readonly printerColumns: readonly Omit<CrdColumn, 'description'>[]
  readonly schema?: CrdSchema
  readonly schemaSameAs?: string
}

/** Facts of a CRD. */
export interface CrdFactsOfKind {
  readonly group: string
  readonly kind: string
  readonly listKind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly scope: string
  readonly bundle?: Readonly<Record<string, string>>
  readonly versions: readonly CrdVersionFacts[]
}

/** The facts of a CRD. */
export function crdFactsOf(crd: Crd): CrdFactsOfKind {
  const { names, group, scope, versions } = crd.spec
  const bundle = Object.entries(crd.metadata.annotations ?? {}).filter(([name]) => /\/(bundle-version|channel)$/.test(name))
  return {
    group,
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    scope,
    ...(bundle.length > 0 ? { bundle: Object.fromEntries(bundle) } : {}),
    versions: versions.map((version, i) => versionFacts(version, versions.slice(0, i))),
  }
}

function versionFacts(version: CrdVersion, before: readonly CrdVersion[]): CrdVersionFacts {
  const { schema, additionalPrinterColumns, subresources, ...rest } = version
  const text = JSON.stringify(schema)
  const twin = before.find((other) => JSON.stringify(other.schema) === text)
  return {
    ...rest,
    subresources: Object.keys(subresources ?? {}),
    printerColumns: (additionalPrinterColumns ?? []).map(({ description: _description, ...column }) => column),
    ...(twin ? { schemaSameAs: twin.name } : { schema: schema.openAPIV3Schema }),
  }
}
