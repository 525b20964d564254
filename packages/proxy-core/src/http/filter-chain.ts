/** The HTTP filters of a connection manager, and which of them a request passes: those that are on, unless its route says otherwise. */
import type { FilterSwitches } from '../router/route-table.ts'
import type { HttpFilter } from './http-filter.ts'

/** A filter in its place; one that is not `on` runs only where a route switches it on (`HttpFilter.disabled`). */
export interface ChainLink {
  readonly filter: HttpFilter
  readonly on: boolean
}

/** The chain. What a set of switches comes to is worked out once. */
export class FilterChain {
  readonly #links: readonly ChainLink[]
  readonly #usual: readonly HttpFilter[]
  readonly #switched = new WeakMap<FilterSwitches, readonly HttpFilter[]>()

  constructor(links: readonly ChainLink[]) {
    this.#links = links
    this.#usual = links.flatMap(({ filter, on }) => (on ? [filter] : []))
  }

  /** The filters in their order. Switches are those of the route, see {@link FilterSwitches}. */
  select(switches: FilterSwitches | undefined): readonly HttpFilter[] {
    if (switches === undefined) return this.#usual
    let selected = this.#switched.get(switches)
    if (!selected) this.#switched.set(switches, (selected = this.#links.flatMap(({ filter, on }) => (switches.get(filter.name) ?? on ? [filter] : []))))
    return selected
  }
}
