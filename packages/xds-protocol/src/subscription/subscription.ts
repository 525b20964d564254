/**
 * What a client asks of one type, and how requests change it. The rules of both protocol variants meet here.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return
 */
import { isAskedByName } from '../type-urls.ts'

/** Everything (`wildcard`), names, or both. */
export interface Subscription {
  readonly wildcard: boolean
  readonly names: ReadonlySet<string>
}

/** How a request changed a subscription. */
export interface SubscriptionChange {
  readonly subscription: Subscription
  /** Names whose resource the client must be sent although it may hold it: newly or again subscribed. */
  readonly wanted: readonly string[]
  /** Names the client has forgotten. */
  readonly dropped: readonly string[]
}

/** The name that means "all". */
export const WILDCARD = '*'

/** True if the client wants this name. */
export const isSubscribed = (subscription: Subscription, name: string): boolean => subscription.wildcard || subscription.names.has(name)

/** Applies a delta request; `before` is absent for the first request of its type on a stream. */
export function applyDelta(
  before: Subscription | undefined,
  request: { readonly typeUrl: string; readonly subscribe: readonly string[]; readonly unsubscribe: readonly string[] },
): SubscriptionChange {
  if (request.subscribe.length === 0 && request.unsubscribe.length === 0) {
    // Old clients say "all" by naming nothing in their first request; later such requests are mere acknowledgements.
    return { subscription: before ?? { wildcard: !isAskedByName(request.typeUrl), names: new Set() }, wanted: [], dropped: [] }
  }
  const names = new Set(before?.names)
  let wildcard = before?.wildcard ?? false
  // Envoy names a resource in both lists when it lost interest and regained it: subscribing wins.
  const added = new Set(request.subscribe)
  const dropped = request.unsubscribe.filter((name) => name !== WILDCARD && !added.has(name) && names.delete(name))
  if (request.unsubscribe.includes(WILDCARD) && !added.has(WILDCARD)) wildcard = false
  for (const name of added) {
    if (name === WILDCARD) wildcard = true
    else names.add(name)
  }
  return { subscription: { wildcard, names }, wanted: [...added].filter((name) => name !== WILDCARD), dropped }
}

/** Applies the list of a state-of-the-world request, which replaces the one before. */
export function applySotw(before: Subscription | undefined, request: { readonly typeUrl: string; readonly names: readonly string[] }): SubscriptionChange {
  const names = new Set(request.names)
  const explicitAll = names.delete(WILDCARD)
  // An empty list means "all" only until the first list with names; after that it means "nothing".
  const oldAll = request.names.length === 0 && !isAskedByName(request.typeUrl) && (before === undefined || (before.wildcard && before.names.size === 0))
  const wanted = [...names].filter((name) => before?.names.has(name) !== true)
  const dropped = before ? [...before.names].filter((name) => !names.has(name)) : []
  return { subscription: { wildcard: explicitAll || oldAll, names: before && wanted.length + dropped.length === 0 ? before.names : names }, wanted, dropped }
}
