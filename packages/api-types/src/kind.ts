/** What we know of one kind of resource: names, versions, schema, defaults, validation, printer columns. */
import type { Diagnostic } from '@istio-ts/foundation'
import type * as z from 'zod'
import type { Resource } from './resource.ts'

/** A column of `kubectl get`. @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions */
export interface PrinterColumn {
  readonly name: string
  readonly jsonPath: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly description?: string
  readonly format?: string
  readonly priority?: number
}

/** One served or stored version of a kind. Kinds of ours have one schema for all versions, as Istio's have. */
export interface KindVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly printerColumns?: readonly PrinterColumn[]
  /** Subresources in the CRD; Istio's kinds all have `status`. */
  readonly status?: boolean
}

/** What a validator may look at besides the resource. */
export interface ValidationContext {
  /** Mesh-wide root namespace; default `istio-system`. */
  readonly rootNamespace: string
}

/**
 * A kind of resource. `schema` is made on first use (a zod node costs about 11 us), checks types, enums, bounds and the CEL rules of
 * the CRD, and its output has the defaults filled in. `validate` adds Istio's meaning (its webhook's rules) and sees a resource
 * that passed the schema; it returns all findings, never throws, and never looks at another resource (that is analysis).
 */
export interface Kind<Spec = unknown, Status = unknown> {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly listKind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly scope: 'Namespaced' | 'Cluster'
  readonly versions: readonly KindVersion[]
  /** Whether the fields of `Resource.spec` stand at the root of the object as written (ConfigMap, EndpointSlice, ...). */
  readonly specAtRoot: boolean
  /** Whose API it is; only `istio` and `local` kinds are ours, and only `istio` ones get a CRD from us. */
  readonly owner: 'istio' | 'gateway-api' | 'kubernetes' | 'local'
  schema(): z.ZodType<Spec>
  /** The schema of a version that is checked otherwise than the newest (the Gateway API's older ones); its output has the newest form. */
  schemaOf?(version: string): z.ZodType<Spec> | undefined
  statusSchema?(): z.ZodType<Status>
  validate(resource: Resource<Spec, Status>, context: ValidationContext): readonly Diagnostic[]
}

/** `Resource` type of a kind: `ResourceOf<typeof VirtualService>`. */
export type ResourceOf<K> = K extends Kind<infer Spec, infer Status> ? Resource<Spec, Status> : never

/** Spec type of a kind. */
export type SpecOf<K> = K extends Kind<infer Spec> ? Spec : never

/** `group/Kind`, the key of a kind in the catalogue. */
export const kindKey = (kind: Pick<Kind, 'group' | 'kind'>): string => `${kind.group}/${kind.kind}`
