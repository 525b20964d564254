/** One immutable user object with the place it came from. */
import type { ClusterId, JsonPath, ResourceRef, SourceLocation } from '@istio-ts/foundation'

/** Kubernetes object metadata, the fields we read; unknown ones are kept by the loader. */
export interface ObjectMeta {
  readonly name: string
  /** `''` for cluster-scoped kinds; the loader fills in `default` for namespaced kinds that leave it out. */
  readonly namespace: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** RFC 3339; absent = older than everything (files carry none). */
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly generation?: number
  readonly resourceVersion?: string
  readonly uid?: string
}

/** The document a resource was read from. Positions are found lazily: only a shown location pays for them. */
export interface SourceDocument {
  readonly file: string
  /** Index of the document in its file, from 0. */
  readonly index: number
  /** Where the value at `path` begins (of the nearest existing parent if the path is absent). */
  locate(path: JsonPath): SourceLocation
}

/**
 * A user object. Kinds without a `spec` of their own (ConfigMap, Secret, EndpointSlice, ...) have their root fields, apart from
 * apiVersion, kind, metadata and status, as `spec` here, so that every kind has one shape.
 * Defaults are filled in and unknown fields are kept; frozen.
 */
export interface Resource<Spec = unknown, Status = unknown> {
  readonly cluster: ClusterId
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly spec: Spec
  readonly status?: Status
  readonly source?: SourceDocument
}

/** Splits `networking.istio.io/v1` into group and version; the core group is `''`. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** The name of a resource. */
export const refOf = (resource: Resource): ResourceRef => ({
  cluster: resource.cluster,
  group: parseApiVersion(resource.apiVersion).group,
  kind: resource.kind,
  namespace: resource.metadata.namespace,
  name: resource.metadata.name,
})
