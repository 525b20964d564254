/** How a kind of the Gateway API is described. */
import type * as z from 'zod'
import type { CrdExtras } from '../crd/crd-extras.ts'
import { once, type Field } from '../istio/shared/schema/index.ts'
import type { Kind, PrinterColumn } from '../kind.ts'

/** A kind of the Gateway API; its CRD is installed by the Gateway API project, not by us, but we know its facts. */
export interface GatewayApiKind<Spec = unknown, Status = unknown> extends Kind<Spec, Status> {
  readonly crd: CrdExtras
}

/** What a kind has to say of itself. */
export interface GatewayApiDefinition<Spec, Status> {
  readonly group?: string
  readonly kind: string
  readonly plural: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly scope?: Kind['scope']
  /** In the order of the CRD. The first has the schema; `old` ones may have their own. */
  readonly versions: readonly string[]
  readonly storage?: string
  readonly deprecated?: readonly string[]
  readonly columns?: readonly PrinterColumn[]
  /** Versions without the columns. */
  readonly withoutColumns?: readonly string[]
  readonly schema: () => Field<Spec>
  readonly status?: () => Field<Status>
  /** Schemas of older versions that differ, as their CRD has them. */
  readonly old?: Readonly<Record<string, () => Field<unknown>>>
  /** Those of them that take what the newest refuses, to its form. Other versions are read as the newest. */
  readonly readOld?: Readonly<Record<string, () => z.ZodType<Spec>>>
  readonly specRequired?: boolean
  readonly bundle?: Readonly<Record<string, string>>
}

const BUNDLE = { 'gateway.networking.k8s.io/bundle-version': 'v1.6.0', 'gateway.networking.k8s.io/channel': 'experimental' }

/** The `Age` column. */
export const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** A column that shows a condition. */
export const conditionColumn = (type: string): PrinterColumn => ({ name: type, type: 'string', jsonPath: `.status.conditions[?(@.type=="${type}")].status` })

/** Completes a definition. The API server validates objects of a cluster; for files, the schema is the validation. */
export function gatewayApiKind<Spec, Status = unknown>(definition: GatewayApiDefinition<Spec, Status>): GatewayApiKind<Spec, Status> {
  const { kind, versions, status } = definition
  const storage = definition.storage ?? versions[0]
  const deprecated = new Set(definition.deprecated)
  const readOld = new Map(Object.entries(definition.readOld ?? {}).map(([version, make]) => [version, once(make)]))
  const statusSchema: (() => z.ZodType<Status>) | undefined = status && once(status)
  return {
    group: definition.group ?? 'gateway.networking.k8s.io',
    kind,
    plural: definition.plural,
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? ['gateway-api'],
    scope: definition.scope ?? 'Namespaced',
    versions: versions.map((name) => ({
      name,
      served: true,
      storage: name === storage,
      ...(deprecated.has(name) ? { deprecated: true } : {}),
      status: status !== undefined,
      printerColumns: definition.withoutColumns?.includes(name) ? [] : (definition.columns ?? []),
    })),
    specAtRoot: false,
    owner: 'gateway-api',
    schema: once(definition.schema),
    schemaOf: (version) => readOld.get(version)?.(),
    ...(statusSchema ? { statusSchema } : {}),
    validate: () => [],
    crd: {
      specRequired: definition.specRequired ?? true,
      hasRootFields: true,
      annotations: definition.bundle ?? BUNDLE,
      deprecationWarnings: Object.fromEntries(
        [...deprecated].map((name) => [name, `The ${name} version of ${kind} has been deprecated and will be removed in a future release of the API. Please upgrade to ${versions[0]}.`]),
      ),
      ...(definition.old ? { schemas: definition.old } : {}),
    },
  }
}
