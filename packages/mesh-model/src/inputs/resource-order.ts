/** In which order resources count where several could: Istio takes the oldest, and breaks ties so that every control plane breaks them alike. */
import type { Resource } from '@istio-ts/api-types'

/** Order by UTF-16 code units, the same on every machine. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Oldest first, then by name, then by namespace. A resource of a file has no age: `''` is older than everything. */
export const compareAge = ({ metadata: a }: Pick<Resource, 'metadata'>, { metadata: b }: Pick<Resource, 'metadata'>): number =>
  compareText(a.creationTimestamp ?? '', b.creationTimestamp ?? '') || compareText(a.name, b.name) || compareText(a.namespace, b.namespace)

/** The one that counts; undefined of none. */
export const oldest = <R extends Pick<Resource, 'metadata'>>(some: readonly R[]): R | undefined => [...some].sort(compareAge)[0]
