/** Which cluster a request goes to, of those that its route names. */
import type { RequestHead } from '../codec/codec.ts'
import type { CompiledRoute, ForwardAction, WeightedChoice } from './route-table.ts'

/** The choice of a route with weights, by a number of [0, 1); undefined for a route without. */
export function chooseWeighted({ action }: CompiledRoute, random: number): WeightedChoice | undefined {
  if (action.kind !== 'forward' || action.target.kind !== 'weighted') return undefined
  let at = Math.floor(random * action.target.total)
  for (const choice of action.target.choices) {
    at -= choice.weight
    if (at < 0) return choice
  }
  return undefined
}

/** The name of the cluster; '' if the request does not say the name that the route wants of it. */
export function clusterName({ target }: ForwardAction, choice: WeightedChoice | undefined, head: RequestHead): string {
  switch (target.kind) {
    case 'cluster': return target.name
    case 'weighted': return choice?.name ?? ''
    case 'header': return head.get(target.header) ?? ''
  }
}
