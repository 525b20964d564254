/** Reading JSON of unknown form: what is missing or of another type is simply empty. */

/** An object of JSON. */
export type Fields = Readonly<Record<string, unknown>>

const NONE: Fields = {}

/** True for an object that is no list. */
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object, or an empty one. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : NONE)

/** The objects of a list; none if it is no list. */
export const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])

/** The texts of a list. */
export const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [])

/** The text, or `''`. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The number (also written as text, as proto JSON does for 64 bits), or 0. */
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) || 0 : 0)

/** The value at a path of names; undefined if a step is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value
  for (const name of path) here = isFields(here) && Object.hasOwn(here, name) ? here[name] : undefined
  return here
}

/** A copy of JSON with all keys in order, so that two forms of one value read alike. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (!isFields(value)) return value
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sortedKeys(value[name])]))
}
