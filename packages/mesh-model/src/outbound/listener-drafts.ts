/** Puts services that share an address and port into one listener. @see istio pilot/pkg/networking/core/listener.go */
import type { Provenance } from '@istio-ts/foundation'
import type { HttpChain, OutboundListener, TcpChain } from '../view/outbound-listener.ts'
import type { ServiceFacts } from '../view/service-facts.ts'

/** What one service port wants of a listener. */
export interface ListenerWish {
  readonly bind: string
  readonly port: number
  readonly http?: HttpChain
  readonly chains: readonly TcpChain[]
  readonly service: ServiceFacts
  readonly from: readonly Provenance[]
}

/** A wish that another one, made earlier, has kept from being granted. */
export interface ListenerConflict {
  readonly wish: ListenerWish
  readonly winner: ServiceFacts
}

/** Rules that hold for all listeners of a class. */
export interface ListenerRules {
  readonly bindToPort: boolean
  /** Where connections go that no chain takes. */
  readonly unmatched: 'passthrough' | 'blackhole'
}

interface Draft {
  readonly first: ListenerWish
  http: HttpChain | undefined
  chains: readonly TcpChain[]
  services: number
  readonly from: Provenance[]
}

/** Origins kept of a listener that many services share: enough to see why it is there. */
const MAX_ORIGINS = 8

/** Grants wishes in order. HTTP ports share their listener by host; of several opaque services that look alike on the wire only the first is reachable. */
export function grantListeners(wishes: Iterable<ListenerWish>, rules: ListenerRules): { readonly listeners: readonly OutboundListener[]; readonly conflicts: readonly ListenerConflict[] } {
  const drafts = new Map<string, Draft>()
  const conflicts: ListenerConflict[] = []
  for (const wish of wishes) {
    const key = `${wish.bind}_${wish.port}`
    const draft = drafts.get(key)
    if (!draft) drafts.set(key, { first: wish, http: wish.http, chains: wish.chains, services: 1, from: [...wish.from] })
    else if (!join(draft, wish)) conflicts.push({ wish, winner: winnerOf(draft, wish) })
  }
  const listeners = [...drafts.values()].map((draft) => toListener(draft, rules))
  return { listeners: listeners.sort((a, b) => (a.bind < b.bind ? -1 : a.bind > b.bind ? 1 : a.port - b.port)), conflicts }
}

/** False if nothing of the wish could be granted. */
function join(draft: Draft, wish: ListenerWish): boolean {
  const added = wish.chains.filter((chain) => !draft.chains.some((other) => looksAlike(chain, other)))
  const gainsHttp = wish.http !== undefined
  draft.http ??= wish.http
  if (added.length > 0) draft.chains = [...draft.chains, ...added]
  if (!gainsHttp && added.length === 0) return false
  draft.services++
  if (draft.from.length < MAX_ORIGINS) draft.from.push(...wish.from)
  return true
}

/** The service whose chain looks like one that was wished for. */
const winnerOf = (draft: Draft, wish: ListenerWish): ServiceFacts =>
  draft.chains.find((chain) => wish.chains.some((other) => looksAlike(chain, other)))?.service ?? draft.first.service

const looksAlike = (a: TcpChain, b: TcpChain): boolean => sameSet(a.serverNames, b.serverNames) && sameSet(a.destinations, b.destinations)

const sameSet = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && [...a].sort().join('\n') === [...b].sort().join('\n')

function toListener(draft: Draft, rules: ListenerRules): OutboundListener {
  const { bind, port, service } = draft.first
  const takesAll = draft.chains.some((chain) => chain.serverNames.length === 0 && chain.destinations.length === 0)
  return {
    bind,
    additionalBinds: [],
    port,
    protocol: draft.http ? (draft.chains.length > 0 ? 'auto' : 'http') : draft.chains.some((chain) => chain.serverNames.length > 0) ? 'tls' : 'tcp',
    bindToPort: rules.bindToPort,
    ...(draft.http ? { http: draft.http } : {}),
    // Specific chains first: a chain for everything must not hide them.
    chains: [...draft.chains].sort((a, b) => specificity(b) - specificity(a)),
    unmatched: takesAll ? 'none' : rules.unmatched,
    ...(draft.services === 1 ? { service } : {}),
    from: draft.from,
  }
}

const specificity = (chain: TcpChain): number => (chain.serverNames.length > 0 ? 2 : 0) + (chain.destinations.length > 0 ? 1 : 0)
