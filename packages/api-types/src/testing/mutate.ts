/** Random damage to documents, for tests that no input may break a reader. Deterministic for a given source of chance. */

/** A number from 0 up to 1, as `Math.random` gives; tests pass a seeded one. */
export type Chance = () => number

/** A small seeded source of chance (mulberry32): the same seed gives the same damage. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Values that readers tend to forget. Keys like `__proto__` are own keys here, as JSON.parse makes them. */
const ODD: readonly (() => unknown)[] = [
  () => null,
  () => '',
  () => '*',
  () => -1,
  () => 0,
  () => 1.5,
  () => 2 ** 53,
  () => Number.NaN,
  () => true,
  () => [],
  () => ({}),
  () => [null],
  () => [[[]]],
  () => ({ '': '' }),
  () => 'a'.repeat(70_000),
  () => '('.repeat(1000),
  () => '*.'.repeat(200),
  () => 'unix://',
  () => '\u0000\ud800',
  () => 'h'.repeat(300),
  () => '99999999999999999999h',
  () => '%'.repeat(99),
  () => 'toString',
  () => deep(5000),
  () => undefined,
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"hasOwnProperty":1}'),
  () => Array.from({ length: 300 }, (_, i) => i),
  () => Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, `v${i}`])),
]

/** Lists inside lists; made without recursion. */
function deep(levels: number): unknown {
  let value: unknown = 'bottom'
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { deep: value }
  return value
}

const pick = <T>(list: readonly T[], chance: Chance): T | undefined => list[Math.floor(chance() * list.length)]

/** One place of a document: the container and the key of the value in it. */
interface Spot {
  readonly holder: Record<string, unknown> | unknown[]
  readonly key: string | number
}

/** A damaged copy of a document: `times` changes at random places (values replaced, removed, renamed, moved, wrapped, doubled). */
export function mutate(document: unknown, chance: Chance, times = 1): unknown {
  const root = { document: copy(document, 0) }
  for (let i = 0; i < times; i++) damage(root, chance)
  return root.document
}

function damage(root: Record<string, unknown>, chance: Chance): void {
  const spots = spotsOf(root)
  const spot = pick(spots, chance)
  if (!spot) return
  const value = get(spot)
  switch (Math.floor(chance() * 8)) {
    case 0:
      return remove(spot)
    case 1:
      return put(spot.holder, typeof spot.key === 'number' ? spot.key : `${spot.key}${pick(['x', '_', 'S'], chance)}`, value)
    case 2: {
      const other = pick(spots, chance)
      return other && put(spot.holder, spot.key, copy(get(other), 0))
    }
    case 3:
      return put(spot.holder, spot.key, [value, copy(value, 0)])
    case 4:
      return put(spot.holder, spot.key, String(value))
    default:
      return put(spot.holder, spot.key, pick(ODD, chance)?.())
  }
}

/** Most places of a document that are considered; enough for any real one. */
const MAX_SPOTS = 5000

function spotsOf(root: Record<string, unknown>): readonly Spot[] {
  const spots: Spot[] = [{ holder: root, key: 'document' }]
  for (let i = 0; i < spots.length && spots.length < MAX_SPOTS; i++) {
    const spot = spots[i]
    const value = spot && get(spot)
    if (Array.isArray(value)) for (const key of value.keys()) spots.push({ holder: value, key })
    else if (isRecord(value)) for (const key of Object.keys(value)) spots.push({ holder: value, key })
  }
  return spots
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const get = ({ holder, key }: Spot): unknown => Object.getOwnPropertyDescriptor(holder, key)?.value

/** Sets an own property, also one named `__proto__`. */
function put(holder: object, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

function remove({ holder, key }: Spot): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > 200) return value
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1))
  const out = {}
  for (const [key, child] of Object.entries(value)) put(out, key, copy(child, depth + 1))
  return out
}
