/** A value made on first use. */

/** Makes a value on first use and keeps it; schemas are made so, because a zod node costs about 11 us. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
