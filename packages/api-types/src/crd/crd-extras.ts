/** What a CRD says of a kind that the kind itself does not. */
import type { Field } from '../istio/shared/schema/index.ts'

/** Facts for the CRD only. */
export interface CrdExtras {
  /** The CRD insists on `spec`. */
  readonly specRequired: boolean
  /** The schema names apiVersion, kind and metadata, as controller-gen writes it. */
  readonly hasRootFields?: boolean
  /** The kind has no spec. */
  readonly withoutSpec?: boolean
  readonly annotations?: Readonly<Record<string, string>>
  /** By version. */
  readonly deprecationWarnings?: Readonly<Record<string, string>>
  /** Specs of versions that differ from the first. */
  readonly schemas?: Readonly<Record<string, () => Field<unknown>>>
}
