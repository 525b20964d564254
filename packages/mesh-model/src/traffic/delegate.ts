/** Delegation: one VirtualService's rule hands its requests to the rules of another. @see istio pilot/pkg/model/virtualservice.go */
import type { HttpMatchRequest, HttpRoute } from '@istio-ts/api-types'
import type { Provenance } from '@istio-ts/foundation'
import type { HttpRule } from './virtual-service.ts'

/**
 * Merges each rule of a delegate with the rule that delegates: matches are combined pairwise (all parts must hold), other fields of
 * the delegate win over those of the root, names are joined. A delegate rule with a match that contradicts the root is left out as a whole.
 */
export function mergeDelegate(root: HttpRule, leaves: readonly HttpRule[]): readonly HttpRule[] {
  return leaves.flatMap((leaf) => {
    const pairs = combineMatches(root, leaf)
    if (!pairs) return []
    const match = pairs.map((pair) => pair.match)
    return [{ rule: mergeRule(root.rule, leaf.rule, match), namespace: leaf.namespace, from: [...leaf.from, ...root.from], matchFrom: pairs.map((pair) => pair.from) }]
  })
}

function mergeRule(root: HttpRoute, leaf: HttpRoute, match: readonly HttpMatchRequest[]): HttpRoute {
  const { delegate: _, match: _rootMatch, name: rootName, ...inherited } = root
  const { match: _leafMatch, name: leafName, headers, ...own } = leaf
  const name = [rootName, leafName].filter((part) => part !== undefined && part !== '').join('-')
  return {
    ...inherited,
    ...own,
    ...(match.length > 0 ? { match } : {}),
    ...(name === '' ? {} : { name }),
    ...(headers || root.headers ? { headers: { ...root.headers, ...headers } } : {}),
  }
}

/** A match with where it stands. */
interface PlacedMatch {
  readonly match: HttpMatchRequest
  readonly from: readonly Provenance[]
}

/** Undefined if one pair contradicts. Without matches on one side the other's hold alone. */
function combineMatches(root: HttpRule, leaf: HttpRule): readonly PlacedMatch[] | undefined {
  const [roots, leaves] = [placed(root), placed(leaf)]
  if (roots.length === 0) return leaves
  if (leaves.length === 0) return roots
  const combined = roots.flatMap((one) => leaves.flatMap((other): PlacedMatch[] => {
    const match = combine(one.match, other.match)
    return match ? [{ match, from: [...other.from, ...one.from] }] : []
  }))
  return combined.length === roots.length * leaves.length ? combined : undefined
}

const placed = (rule: HttpRule): readonly PlacedMatch[] =>
  (rule.rule.match ?? []).map((match, i) => ({ match, from: rule.from.slice(0, 1).map(({ resource, path }) => ({ resource, path: `${path}.match[${i}]` })) }))

function combine(root: HttpMatchRequest, leaf: HttpMatchRequest): HttpMatchRequest | undefined {
  if (contradicts(root, leaf)) return undefined
  const name = [root.name, leaf.name].filter((part) => part !== undefined && part !== '').join('-')
  return {
    ...root,
    ...leaf,
    ...(name === '' ? {} : { name }),
    ...mergedMaps(root, leaf),
    ...(leaf.gateways && leaf.gateways.length > 0 ? { gateways: leaf.gateways } : root.gateways ? { gateways: root.gateways } : {}),
  }
}

const MAPS = ['headers', 'withoutHeaders', 'queryParams', 'sourceLabels'] as const

function mergedMaps(root: HttpMatchRequest, leaf: HttpMatchRequest): Partial<HttpMatchRequest> {
  return Object.fromEntries(MAPS.flatMap((field) => (root[field] || leaf[field] ? [[field, { ...root[field], ...leaf[field] }]] : [])))
}

/** Both match the same thing in different ways, so that no request, or not what the user meant, would pass. */
function contradicts(root: HttpMatchRequest, leaf: HttpMatchRequest): boolean {
  if (textsContradict(root.uri, leaf.uri, root.ignoreUriCase ?? false)) return true
  if ((['scheme', 'method', 'authority'] as const).some((field) => root[field] && leaf[field])) return true
  if (MAPS.slice(0, 3).some((field) => sharesKey(root[field], leaf[field]))) return true
  if (root.port !== undefined && leaf.port !== undefined && root.port !== leaf.port) return true
  return labelsContradict(root.sourceLabels, leaf.sourceLabels) || (root.sourceNamespace !== undefined && leaf.sourceNamespace !== undefined && root.sourceNamespace !== leaf.sourceNamespace)
}

/** A delegate may only narrow the path: an exact path or a longer prefix under the root's prefix. */
function textsContradict(root: HttpMatchRequest['uri'], leaf: HttpMatchRequest['uri'], ignoreCase: boolean): boolean {
  if (!root || !leaf) return false
  if (root.prefix === undefined) return true
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text)
  const narrowed = leaf.exact ?? leaf.prefix
  return narrowed === undefined || !fold(narrowed).startsWith(fold(root.prefix))
}

const sharesKey = (a: object | undefined, b: object | undefined): boolean => a !== undefined && b !== undefined && Object.keys(a).some((key) => Object.hasOwn(b, key))

const labelsContradict = (a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>> | undefined): boolean =>
  a !== undefined && b !== undefined && Object.entries(a).some(([key, value]) => b[key] !== undefined && b[key] !== value)
