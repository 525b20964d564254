/** Keeps old objects wherever a new value says the same, so that consumers may memoise by identity. */
import { structurallyEqual } from './equality.ts'

/**
 * Returns a value equal to `after` that reuses every equal part of `before`; `before` itself if all is equal. Lists are aligned at both
 * ends, so one item put in or taken out does not hide the others. Only plain objects and arrays are looked into; neither argument is changed.
 */
export function shareStructure<T>(before: T, after: T): T {
  return share(before, after, Infinity) as T
}

/**
 * Like {@link shareStructure}, but only the fields or items of the value itself are compared with the old ones: what differs is taken
 * over as it is. For values put together from parts that have an identity of their own, which a deeper merge would replace by copies.
 */
export function shareItems<T>(before: T, after: T): T {
  return share(before, after, 1) as T
}

function share(before: unknown, after: unknown, depth: number): unknown {
  if (Object.is(before, after)) return before
  if (depth === 0) return structurallyEqual(before, after) ? before : after
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return after
  if (Array.isArray(after)) return Array.isArray(before) ? shareList(before, after, depth - 1) : after
  if (!isRecord(before) || !isRecord(after)) return structurallyEqual(before, after) ? before : after
  return shareRecord(before, after, depth - 1)
}

function shareList(before: readonly unknown[], after: readonly unknown[], depth: number): readonly unknown[] {
  const shorter = Math.min(before.length, after.length)
  // Most long lists differ in one place: the same objects at both ends are passed over before anything is compared or copied.
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  if (head === before.length && head === after.length) return before
  let tail = 0
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  const shared: unknown[] = after.slice()
  for (; head < shorter - tail; head++) {
    const one = share(before[head], after[head], depth)
    shared[head] = one
    if (one !== before[head]) break
  }
  for (; tail < shorter - head; tail++) {
    const [from, to] = [before.length - 1 - tail, after.length - 1 - tail]
    const one = share(before[from], after[to], depth)
    shared[to] = one
    if (one !== before[from]) break
  }
  // What is left in the middle: by position, which finds an item that was replaced in place.
  for (let i = head + 1; i < after.length - tail - 1; i++) if (i < before.length) shared[i] = share(before[i], after[i], depth)
  return before.length === after.length && head + tail === before.length ? before : shared
}

function shareRecord(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>, depth: number): Readonly<Record<string, unknown>> {
  const names = Object.keys(after)
  let allSame = names.length === Object.keys(before).length
  const shared: Record<string, unknown> = {}
  for (const name of names) {
    const has = Object.hasOwn(before, name)
    const one = has ? share(before[name], after[name], depth) : after[name]
    if (!has || one !== before[name]) allSame = false
    set(shared, name, one)
  }
  return allSame ? before : shared
}

/** As `record[name] = value`, but a field named `__proto__` is a field like any other. */
function set(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true })
  else record[name] = value
}

const isRecord = (value: object): value is Readonly<Record<string, unknown>> => {
  const shape = Object.getPrototypeOf(value) as unknown
  return shape === Object.prototype || shape === null
}
