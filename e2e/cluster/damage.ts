/** Copies of real objects with one value damaged: what they say differs from something valid in one place only. */
import type { JsonPath } from '@istio-ts/foundation'
import { ABSENT } from '../../packages/api-types/src/further-findings/plausible-values.ts'
import { substitute } from '../../packages/api-types/src/further-findings/substitute.ts'
import { seededChance } from '../../packages/api-types/src/testing/mutate.ts'
import type { KubeObject } from './client.ts'

/** An object with one value changed. */
export interface DamagedObject {
  readonly object: KubeObject
  /** e.g. `rules.0.matches.0.path.value = null`. */
  readonly how: string
}

const TEXTS = ['', 'a', 'A_b', '*', 'x'.repeat(64), 'x'.repeat(254), '*.example.com', 'example.com', '1.2.3.4', '::1', '10.0.0.0/8', 'HTTP', 'HTTPS', 'TLS', 'TCP', '/a', 'a/b', '/../a', '//', 'a%zz', '5s', '0s', '1.5ms', '1h1h1h1h1h', '-1s', 'Secret', 'Service', 'RegularExpression', 'RequestRedirect', 'unix:///a', '{}', 'é', ' ']
const NUMBERS = [0, -1, 1, 80, 65535, 65536, 1.5, 100, 301, 400, 1_000_001, 4294967296]

/** What is put in the place of a value: another type, nothing, and values of its own type. */
function replacements(value: unknown): readonly unknown[] {
  const others: readonly unknown[] = [ABSENT, null, { wrong: 1 }, 'text', 5, true, []]
  if (typeof value === 'string') return [...others, ...TEXTS, `${value} `, value.toUpperCase(), `${value}.${value}`, `${value}-`]
  if (typeof value === 'number') return [...others, ...NUMBERS]
  if (typeof value === 'boolean') return [...others, !value]
  if (Array.isArray(value)) return [...others, [...value, ...value], Array.from({ length: 17 }, () => value[0]), Array.from({ length: 65 }, () => value[0]), [null]]
  return [...others, {}]
}

/** Every place below a value. */
const placesOf = (value: unknown, path: JsonPath = []): readonly JsonPath[] =>
  typeof value !== 'object' || value === null ? [path] : [...(path.length > 0 ? [path] : []), ...Object.entries(value).flatMap(([key, child]) => placesOf(child, [...path, Array.isArray(value) ? Number(key) : key]))]

const valueAt = (value: unknown, path: JsonPath): unknown => path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? Object.entries(at).find(([key]) => key === String(step))?.[1] : undefined), value)

/** So many damaged copies, chosen by a seed; the objects themselves come first. */
export function damaged(objects: readonly KubeObject[], count: number): readonly DamagedObject[] {
  const chance = seededChance(20251121)
  const all = objects.flatMap((object) => placesOf(object['spec']).map((path) => ({ object, path })))
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(chance() * list.length)]
  const copies = Array.from({ length: count }, (): DamagedObject | undefined => {
    const place = pick(all)
    if (!place) return undefined
    const value = pick(replacements(valueAt(place.object['spec'], place.path)))
    // A list has no holes.
    const put = value === ABSENT && typeof place.path.at(-1) === 'number' ? null : value
    return { object: { ...place.object, spec: substitute(place.object['spec'], [{ path: place.path, value: put }]) }, how: `${place.path.join('.')} = ${put === ABSENT ? 'absent' : JSON.stringify(put).slice(0, 80)}` }
  })
  return [...objects.map((object) => ({ object, how: 'as it is' })), ...copies.filter((copy) => copy !== undefined)]
}
