/** A copy of a value with other values at some of its places; what lies beside the ways to them is shared. */
import type { JsonPath } from '@istio-ts/foundation'
import { ABSENT } from './plausible-values.ts'

/** A place and what shall stand there. */
export interface Substitute {
  readonly path: JsonPath
  /** `ABSENT`: the field is left out. */
  readonly value: unknown
}

/** Replaces values. Of places inside each other the outer one counts. Names such as `__proto__` are fields like others. */
export function substitute(root: unknown, substitutes: readonly Substitute[]): unknown {
  const whole = substitutes.find(({ path }) => path.length === 0)
  if (whole) return whole.value
  if (substitutes.length === 0) return root
  const below = new Map<string, Substitute[]>()
  for (const { path: [step = '', ...path], value } of substitutes) {
    const list = below.get(String(step))
    if (list) list.push({ path, value })
    else below.set(String(step), [{ path, value }])
  }
  if (Array.isArray(root)) return root.map((item: unknown, i): unknown => substitute(item, below.get(String(i)) ?? []))
  return Object.fromEntries(fieldsOf(root, below).map(([name, value]): [string, unknown] => [name, substitute(value, below.get(name) ?? [])]).filter(([, value]) => value !== ABSENT))
}

/** The fields of an object, and those that are put into it. */
function fieldsOf(root: unknown, below: ReadonlyMap<string, unknown>): readonly [string, unknown][] {
  const own = typeof root === 'object' && root !== null ? Object.entries(root) : []
  const names = new Set(own.map(([name]) => name))
  return [...own, ...[...below.keys()].filter((name) => !names.has(name)).map((name): [string, unknown] => [name, undefined])]
}

/** How many values there are, up to the depth of 100 that a loader lets through. */
export function sizeOf(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > 100) return 1
  return Object.values(value).reduce<number>((sum, child) => sum + sizeOf(child, depth + 1), 1)
}
