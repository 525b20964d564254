/** Who may see a resource: `exportTo` of services, routes and destination rules. */

/** `*` = everybody, else the namespaces by name; an empty list = nobody. Sorted, without repeats. */
export type Visibility = '*' | readonly string[]

/** Resolves `exportTo` (`*`, `.`, `~`, names) for a resource of `namespace`; absent or empty takes the mesh's default. */
export function visibilityOf(exportTo: readonly string[] | undefined, namespace: string, meshDefault: readonly string[]): Visibility {
  const wanted = exportTo && exportTo.length > 0 ? exportTo : meshDefault
  const names = wanted.map((entry) => (entry === '.' ? namespace : entry)).filter((entry) => entry !== '~')
  return names.includes('*') ? '*' : [...new Set(names)].sort()
}

/** True if a client in `namespace` sees it. */
export const isVisibleTo = (visibility: Visibility, namespace: string): boolean => visibility === '*' || visibility.includes(namespace)

/** A text that is equal for equal visibilities. */
export const visibilityKey = (visibility: Visibility): string => (visibility === '*' ? '*' : visibility.join(','))
