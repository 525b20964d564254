/** Finds routes and conditions that earlier ones leave no request for (IST0130, IST0131). */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import type { Findings } from '../../../validation/findings.ts'
import type { StringMatch } from '../../shared/string-match.ts'
import type { HttpMatchRequest, VirtualServiceSpec } from './types.ts'

interface Route {
  readonly name?: string
  readonly match?: readonly object[]
}

/** A condition by prefix, with what else it asks for. */
interface PrefixMatch {
  readonly at: Findings
  readonly route: string
  readonly label: string
  readonly prefix: string
  readonly match: HttpMatchRequest
}

/** Adds a finding for each route that is never used and each condition without effect. */
export function checkReachable(spec: VirtualServiceSpec, at: Findings): void {
  const prefixes: PrefixMatch[] = []
  checkRepeated('http', spec.http, at, (match: HttpMatchRequest, place, route, index) => {
    const prefix = match.uri?.prefix
    if (prefix) prefixes.push({ at: place, route, label: nameOf(match, index), prefix, match })
  })
  checkRepeated('tcp', spec.tcp, at)
  checkRepeated('tls', spec.tls, at)
  checkCovered(prefixes)
}

function checkRepeated<M extends object>(
  field: string,
  routes: readonly (Route & { readonly match?: readonly M[] })[] | undefined,
  at: Findings,
  onNew?: (match: M, at: Findings, route: string, index: number) => void,
): void {
  if (!routes || (routes.length < 2 && (routes[0]?.match?.length ?? 0) < 2)) return
  // A condition that is the only one repeats none; to tell conditions apart costs more than all else here.
  const isAlone = routes.reduce((count, { match }) => count + (match?.length ?? 0), 0) < 2
  const seen = new Map<string, string>()
  let hasCatchAll = false
  at.each(field, routes, (route, place, index) => {
    const name = nameOf(route, index)
    if (!route.match || route.match.length === 0) {
      if (hasCatchAll) place.add(found.unreachableRule(`virtualService rule ${name} not used (only the last rule can have no matches)`))
      hasCatchAll = true
      return
    }
    if (isAlone) return
    let repeated = 0
    place.each('match', route.match, (match, here, i) => {
      const key = canonical(match)
      const earlier = seen.get(key)
      if (earlier === undefined) {
        seen.set(key, name)
        onNew?.(match, here, name, i)
        return
      }
      repeated++
      here.add(found.ineffectiveMatch(`virtualService rule ${name} match ${nameOf(match, i)} is not used (duplicate/overlapping match in rule ${earlier})`))
    })
    if (repeated === route.match.length) place.add(found.unreachableRule(`virtualService rule ${name} not used (all matches used by prior rules)`))
  })
}

/** Routes with the same port, at most 1,000 prefixes: the check is quadratic. */
const MAX_PREFIXES = 1000

function checkCovered(prefixes: readonly PrefixMatch[]): void {
  for (const [i, earlier] of prefixes.slice(0, MAX_PREFIXES).entries()) {
    for (const later of prefixes.slice(i + 1, MAX_PREFIXES)) {
      if (later.prefix === earlier.prefix || !covers(earlier, later)) continue
      later.at.add(
        found.ineffectiveMatch(
          `virtualService rule ${later.route} match ${later.label} of prefix ${later.prefix} is not used (duplicate/overlapping match in rule ${earlier.label} of prefix ${earlier.prefix} on ${earlier.route})`,
        ),
      )
    }
  }
}

function covers(earlier: PrefixMatch, later: PrefixMatch): boolean {
  const a = earlier.match
  const b = later.match
  return (
    later.prefix.startsWith(earlier.prefix) &&
    (a.port ?? 0) === (b.port ?? 0) &&
    // Istio compares as if a condition without a method asked for GET.
    textOf(a.method, 'exact:GET').startsWith(textOf(b.method, 'exact:GET')) &&
    textOf(a.authority, '').startsWith(textOf(b.authority, '')) &&
    coversMap(a.headers, b.headers) &&
    coversMap(a.queryParams, b.queryParams) &&
    coversMap(a.withoutHeaders, b.withoutHeaders)
  )
}

type Matches = Readonly<Record<string, StringMatch>> | undefined

function coversMap(a: Matches, b: Matches): boolean {
  const keys = Object.keys(a ?? {})
  return keys.length === Object.keys(b ?? {}).length && keys.every((key) => b !== undefined && Object.hasOwn(b, key) && textOf(a?.[key], '').startsWith(textOf(b[key], '')))
}

function textOf(match: StringMatch | undefined, otherwise: string): string {
  if (match?.exact) return `exact:${match.exact}`
  return match?.prefix ? `prefix:${match.prefix}` : otherwise
}

const nameOf = (item: object, index: number): string => ('name' in item && typeof item.name === 'string' && item.name !== '' ? JSON.stringify(item.name) : `#${index}`)

/** A condition as text, without its name and with sorted keys. */
const canonical = (match: object): string => textOfFields(match, 'name')

function textOfFields(fields: object, except?: string): string {
  let text = '{'
  for (const [key, value] of Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))) if (key !== except) text += `${JSON.stringify(key)}:${sortedText(value)},`
  return `${text}}`
}

const sortedText = (value: unknown): string =>
  typeof value !== 'object' || value === null ? JSON.stringify(value) : Array.isArray(value) ? `[${value.map(sortedText).join(',')}]` : textOfFields(value)

