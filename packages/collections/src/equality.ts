/** When two immutable values say the same, so that a change need not travel on. */

/** Says whether a new value makes no difference. */
export type Equality<T> = (before: T, after: T) => boolean

/** Decides what is stored when a value is computed anew: `before` itself = no change; else `after`, possibly with parts of `before`. */
export type Reconcile<T> = (before: T, after: T) => T

/** Turns an equality into a {@link Reconcile}. */
export const reconcileBy = <T>(equal: Equality<T>): Reconcile<T> => (before, after) => (equal(before, after) ? before : after)

/** Same object, or plain data (objects, arrays, maps, sets, bytes, primitives) with the same content. Other objects only if identical. */
export function structurallyEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const shape = Object.getPrototypeOf(a) as unknown
  if (shape !== Object.getPrototypeOf(b)) return false
  if (Array.isArray(a)) return Array.isArray(b) && listsEqual(a, b)
  if (shape === Object.prototype || shape === null) return recordsEqual(a, b)
  if (a instanceof Map) return b instanceof Map && mapsEqual(a, b)
  if (a instanceof Set) return b instanceof Set && a.size === b.size && [...a].every((item) => b.has(item))
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i])
  return false
}

/** Structural equality of records that leaves out some fields, such as where a resource was read. */
export const equalApartFrom = (...fields: readonly string[]): Equality<object> => {
  const left = new Set(fields)
  return (a, b) => a === b || recordsEqual(a, b, left)
}

function listsEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !structurallyEqual(a[i], b[i])) return false
  return true
}

function recordsEqual(a: object, b: object, without?: ReadonlySet<string>): boolean {
  let names = 0
  for (const name of Object.keys(a)) {
    if (without?.has(name)) continue
    if (!Object.hasOwn(b, name) || !structurallyEqual(Reflect.get(a, name), Reflect.get(b, name))) return false
    names++
  }
  let others = 0
  for (const name of Object.keys(b)) if (!without?.has(name)) others++
  return names === others
}

function mapsEqual(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (!b.has(key) || !structurallyEqual(value, b.get(key))) return false
  return true
}
