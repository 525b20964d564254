/** Compares what we generate with what istiod generated, by the semantic level of the corpus README (some lists are sets). */
import type { Json } from '../json.ts'

/** One place where two trees differ. */
export interface Difference {
  /** Names (`listeners[virtualInbound]`) where elements have one, so that a person finds the place. */
  readonly path: string
  readonly expected: Json | undefined
  readonly actual: Json | undefined
}

/** Lists that are sets wherever they appear, by key. */
const SETS = new Set([
  'listeners', 'routes@top', 'clusters@top', 'endpoints', 'extensionConfigs', 'secrets',
  'filterChains', 'virtualHosts', 'domains', 'serverNames', 'applicationProtocols', 'prefixRanges', 'sourcePrefixRanges', 'lbEndpoints',
  'matchTypedSubjectAltNames', 'matchSubjectAltNames', 'permissions', 'principals',
  'requestHeadersToAdd', 'requestHeadersToRemove', 'responseHeadersToAdd', 'responseHeadersToRemove',
])
/** Lists that are sets only inside the named parent. */
const SETS_IN: Readonly<Record<string, readonly string[]>> = {
  rules: ['orRules', 'andRules'], ids: ['orIds', 'andIds'], headers: ['match'], queryParameters: ['match'], dynamicMetadata: ['match'],
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

const isSet = (key: string, parent: string, depth: number): boolean =>
  SETS.has(key) || (depth === 1 && SETS.has(`${key}@top`)) || (SETS_IN[key]?.includes(parent) ?? false)

/** A value that istiod makes anew on each run; the corpus writes this word in its place, and anything matches it. */
const NORMALISED = 'NORMALISED'

/**
 * All differences between two trees; empty = semantically equal. Objects are unordered; strings that hold JSON objects compare as
 * JSON; `expected` may hold `NORMALISED`. At most `limit` differences are collected.
 */
export function compare(expected: Json, actual: Json, limit = 20): readonly Difference[] {
  const found: Difference[] = []
  walk(expected, actual, { path: '', key: '', parent: '', depth: 0 }, found, limit)
  return found
}

interface Place { readonly path: string; readonly key: string; readonly parent: string; readonly depth: number }

function walk(expected: Json | undefined, actual: Json | undefined, at: Place, found: Difference[], limit: number): void {
  if (found.length >= limit || expected === NORMALISED) return
  if (isObject(expected) && isObject(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      walk(expected[key], actual[key], { path: at.path === '' ? key : `${at.path}.${key}`, key, parent: at.key, depth: at.depth + 1 }, found, limit)
    }
    return
  }
  if (isList(expected) && isList(actual)) {
    if (isSet(at.key, at.parent, at.depth)) compareSets(expected, actual, at, found, limit)
    else compareLists(expected, actual, at, found, limit)
    return
  }
  if (expected === actual) return
  const [left, right] = [embedded(expected), embedded(actual)]
  if (left !== undefined && right !== undefined) return walk(left, right, { ...at, path: `${at.path}<json>` }, found, limit)
  found.push({ path: at.path, expected, actual })
}

/** The JSON object inside a string, if it is one. */
function embedded(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return undefined
  try {
    return JSON.parse(value) as Json
  } catch {
    return undefined
  }
}

function compareLists(expected: readonly Json[], actual: readonly Json[], at: Place, found: Difference[], limit: number): void {
  for (let i = 0; i < Math.max(expected.length, actual.length); i++) walk(expected[i], actual[i], element(at, label(expected[i] ?? actual[i], i)), found, limit)
}

/** Elements that have an equal are paired first; the rest are paired by name, then in order, so that a report is short. */
function compareSets(expected: readonly Json[], actual: readonly Json[], at: Place, found: Difference[], limit: number): void {
  const rest = [...actual]
  const take = (accept: (candidate: Json) => boolean): Json | undefined => {
    const index = rest.findIndex(accept)
    return index < 0 ? undefined : rest.splice(index, 1)[0]
  }
  const text = new Map(actual.map((value) => [value, canonical(value, at.key, at.parent, at.depth)] as const))
  const unmatched = expected.filter((value) => {
    const wanted = canonical(value, at.key, at.parent, at.depth)
    return take((candidate) => (text.get(candidate) ?? canonical(candidate, at.key, at.parent, at.depth)) === wanted || equal(value, candidate, at)) === undefined
  })
  unmatched.forEach((value, index) => {
    const other = take((candidate) => nameOf(candidate) !== undefined && nameOf(candidate) === nameOf(value) && sameMatch(candidate, value))
      ?? take((candidate) => nameOf(candidate) !== undefined && nameOf(candidate) === nameOf(value))
      ?? (nameOf(value) === undefined ? rest.shift() : undefined)
    walk(value, other, element(at, label(value, index)), found, limit)
  })
  rest.forEach((value, index) => walk(undefined, value, element(at, label(value, index)), found, limit))
}

/** Filter chains share names; those that match the same connections belong together in a report. */
const sameMatch = (a: Json, b: Json): boolean => isObject(a) && isObject(b) && canonical(a['filterChainMatch'] ?? null, '', '', 9) === canonical(b['filterChainMatch'] ?? null, '', '', 9)

/** Holds `NORMALISED` inside? Then only a walk can tell. */
const equal = (expected: Json, actual: Json, at: Place): boolean => {
  if (!JSON.stringify(expected).includes(NORMALISED)) return false
  const found: Difference[] = []
  walk(expected, actual, { ...at, key: '' }, found, 1)
  return found.length === 0
}

const element = (at: Place, name: string): Place => ({ path: `${at.path}[${name}]`, key: '', parent: at.key, depth: at.depth + 1 })
const nameOf = (value: Json | undefined): string | undefined => {
  if (!isObject(value)) return typeof value === 'string' ? value : undefined
  const name = value['name'] ?? value['clusterName']
  return typeof name === 'string' ? name : undefined
}
const label = (value: Json | undefined, index: number): string => (isObject(value) ? nameOf(value) : undefined) ?? String(index)

/** A text that is equal for semantically equal values: keys sorted, sets sorted. */
export function canonical(value: Json, key = '', parent = '', depth = 0): string {
  if (isList(value)) {
    const items = value.map((item) => canonical(item, '', key, depth + 1))
    return `[${(isSet(key, parent, depth) ? items.sort() : items).join(',')}]`
  }
  if (isObject(value)) {
    return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null, name, key, depth + 1)}`).join(',')}}`
  }
  const inner = embedded(value)
  return inner === undefined ? JSON.stringify(value) : canonical(inner)
}
