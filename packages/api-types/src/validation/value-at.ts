/** Reads one value of a document. */
import type { JsonPath } from '@istio-ts/foundation'

/** The value at a path; undefined where there is none. Fields of the prototype are none. */
export const valueAt = (root: unknown, path: JsonPath): unknown =>
  path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? Object.getOwnPropertyDescriptor(value, step)?.value : undefined), root)
