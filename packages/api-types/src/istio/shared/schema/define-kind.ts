/** Defines a kind of Istio in one place: the names follow from the group, the schema is made on first use. */
import type { Kind, KindVersion, PrinterColumn, ValidationContext } from '../../../kind.ts'
import { apiDiagnostics } from '../../../diagnostics.ts'
import type { Resource } from '../../../resource.ts'
import { findings, type Findings } from '../../../validation/findings.ts'
import { once } from '../../../once.ts'
import type { Field } from './scalars.ts'
import { istioStatus, type IstioStatus } from './status.ts'

/** A kind of Istio's with what its CRD and its library face need besides {@link Kind}. */
export interface IstioKind<Spec, Status = IstioStatus> extends Kind<Spec, Status> {
  /** The CRD insists on `spec`. */
  readonly specRequired: boolean
  /** What absent top-level fields mean, for people and tools; the schema does not write them into what a user wrote. */
  readonly defaults: Partial<Spec>
}

/** What a kind has to say of itself. */
export interface KindDefinition<Spec> {
  /** e.g. `networking.istio.io`. */
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly shortNames?: readonly string[]
  /** Served versions in the order of the CRD; the one we store. */
  readonly versions: readonly string[]
  readonly storage: string
  readonly deprecatedVersions?: readonly string[]
  readonly printerColumns?: readonly PrinterColumn[]
  readonly specRequired?: boolean
  readonly defaults?: Partial<Spec>
  readonly schema: () => Field<Spec>
  /** Istio's rules for a spec that passed the schema; `at` stands at `spec`. */
  readonly rules?: (spec: Spec, at: Findings, resource: Resource<Spec>, context: ValidationContext) => void
}

/** The `Age` column most of Istio's kinds show. */
export const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** Completes a definition. Categories, singular, list kind and the status subresource are the same for all of Istio's kinds. */
export function defineKind<Spec>(definition: KindDefinition<Spec>): IstioKind<Spec> {
  const { group, kind, plural, storage, printerColumns } = definition
  const version = (name: string): KindVersion => ({
    name,
    served: true,
    storage: name === storage,
    status: true,
    ...(definition.deprecatedVersions?.includes(name) ? { deprecated: true } : {}),
    printerColumns: printerColumns ?? [],
  })
  return {
    group,
    kind,
    plural,
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    shortNames: definition.shortNames ?? [],
    categories: ['istio-io', group.replaceAll('.', '-').replace(/-io$/, '-io')],
    scope: 'Namespaced',
    versions: definition.versions.map(version),
    specAtRoot: false,
    owner: 'istio',
    specRequired: definition.specRequired ?? false,
    defaults: definition.defaults ?? {},
    schema: once(definition.schema),
    statusSchema: once(istioStatus),
    validate: (resource, context) =>
      findings(resource, (at) => {
        if (resource.kind !== kind) at.add(apiDiagnostics.wrongKind(kind, resource.kind))
        else definition.rules?.(resource.spec, at.at('spec'), resource, context)
      }),
  }
}
