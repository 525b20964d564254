/** Destinations of routes. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { Destination } from '../istio/shared/destination.ts'
import { checkPort } from './addresses.ts'
import { checkWildcardDomain, isDnsLabel } from './domains.ts'
import type { Findings } from './findings.ts'

/** Checks a destination: a host that is no bare wildcard, a subset name, a port. */
export function checkDestination(destination: Destination | undefined, at: Findings): void {
  if (!destination) return
  if (destination.host === '*') at.at('host').add(found.invalidHost('invalid destination host *', 'Name a service.'))
  else checkWildcardDomain(destination.host ?? '', at.at('host'))
  if (destination.subset) checkSubsetName(destination.subset, at.at('subset'))
  if (destination.port) checkPort(destination.port.number ?? 0, at.at('port').at('number'))
}

/** Checks the name of a subset. */
export function checkSubsetName(name: string | undefined, at: Findings): void {
  if (!name) at.add(found.missing('subset name cannot be empty'))
  else if (!isDnsLabel(name)) at.add(found.invalidName(`subset name is invalid: ${name}`))
}

/** A destination with its share. */
export interface WeightedDestination {
  readonly destination?: Destination
  readonly weight?: number
}

/** Checks weighted destinations. @param gatewaySemantics made from the Gateway API, which has checked the destinations. */
export function checkWeightedDestinations(field: string, routes: readonly WeightedDestination[] | undefined, gatewaySemantics: boolean, at: Findings): void {
  let total = 0
  at.each(field, routes, (route, place) => {
    if (!route.destination) place.add(found.missing('destination is required'))
    else if (!gatewaySemantics) checkDestination(route.destination, place.at('destination'))
    if ((route.weight ?? 0) < 0) place.at('weight').add(found.outOfRange(`weight ${route.weight} < 0`))
    total += route.weight ?? 0
  })
  if ((routes?.length ?? 0) > 1 && total === 0) at.at(field).add(found.outOfRange('total destination weight = 0', 'Give at least one destination a weight.'))
}
