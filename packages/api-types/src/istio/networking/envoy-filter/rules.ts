/** Istio's rules for an EnvoyFilter. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkNetworkingSelector } from '../../../validation/labels.ts'
import { isTooLong, MAX_REGEX_LENGTH } from '../../../validation/regex.ts'
import { regexSyntaxProblem } from '../../../validation/regex-syntax.ts'
import { checkAttachment } from '../../policy/attachment.ts'
import { currentFilterName } from './deprecated-filter-names.ts'
import { checkPatchValue } from './patch-value.ts'
import type { EnvoyConfigObjectPatch, EnvoyFilterSpec, ListenerMatch } from './types.ts'

const HTTP_CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager'

/** Checks the spec and warns of the kind as a whole; `at` stands at the spec. */
export function checkEnvoyFilterKind(spec: EnvoyFilterSpec, at: Findings): void {
  at.add(found.questionable('EnvoyFilter exposes internal implementation details that may change at any time', 'Prefer other APIs where they do, and take care when upgrading.'))
  checkEnvoyFilter(spec, at)
}

/** Checks the spec; `at` stands at it. */
export function checkEnvoyFilter(spec: EnvoyFilterSpec, at: Findings): void {
  if (!checkNetworkingSelector('Envoy filter', spec.workloadSelector, at)) return
  if (spec.targetRefs) checkAttachment({ targetRefs: spec.targetRefs }, at)
  at.each('configPatches', spec.configPatches, checkPatch)
}

function checkPatch(config: EnvoyConfigObjectPatch, at: Findings): void {
  const { applyTo = 'INVALID', patch, match } = config
  const refuse = (statement: string): void => at.add(found.invalidPatch(`Envoy filter: ${statement}`))
  if (applyTo === 'INVALID') return refuse('missing applyTo')
  if (!patch) return refuse('missing patch')
  const operation = patch.operation ?? 'INVALID'
  if (operation === 'INVALID') return refuse('missing patch operation')
  if (operation !== 'REMOVE' && !patch.value) return refuse('missing patch value for non-remove operation')
  if (!checkProxyVersion(match?.proxy?.proxyVersion, at.at('match').at('proxy').at('proxyVersion'))) return
  if (!checkMatchFits(config, at.at('match'))) return
  if (patch.value) checkPatchValue(applyTo, patch.value, at.at('patch').at('value'))
}

function checkProxyVersion(version: string | undefined, at: Findings): boolean {
  if (!version) return true
  if (isTooLong(version)) {
    at.add(found.ineffective(`Envoy filter: proxyVersion match exceeds ${MAX_REGEX_LENGTH} characters and will be ignored`))
    return true
  }
  const problem = regexSyntaxProblem(version)
  if (problem !== undefined) at.add(found.invalidRegex(`Envoy filter: invalid regex for proxy version, [${problem}]`))
  return problem === undefined
}

/** Checks that the match speaks of the kind of object that is patched. Returns false where Istio looks no further. */
function checkMatchFits({ applyTo, match }: EnvoyConfigObjectPatch, at: Findings): boolean {
  if (!match) return true
  const hasObject = match.listener !== undefined || match.routeConfiguration !== undefined || match.cluster !== undefined
  const refuse = (what: string, wanted: string): void =>
    at.add(found.invalidPatch(`Envoy filter: applyTo for ${what} class objects cannot have non ${wanted} match`, `Match by ${wanted}.`))
  switch (applyTo) {
    case 'LISTENER':
    case 'FILTER_CHAIN':
    case 'NETWORK_FILTER':
    case 'HTTP_FILTER':
    case 'LISTENER_FILTER':
      if (match.listener) return checkListenerMatch(applyTo, match.listener, at.at('listener'))
      if (hasObject) refuse('listener', 'listener')
      return !hasObject
    case 'ROUTE_CONFIGURATION':
    case 'VIRTUAL_HOST':
    case 'HTTP_ROUTE':
      if (hasObject && !match.routeConfiguration) refuse('http route', 'route configuration')
      return true
    case 'CLUSTER':
      if (hasObject && !match.cluster) refuse('cluster', 'cluster')
      return true
    default:
      return true
  }
}

function checkListenerMatch(applyTo: string, listener: ListenerMatch, at: Findings): boolean {
  const filter = listener.filterChain?.filter
  if (!filter) return true
  const place = at.at('filterChain').at('filter')
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN') place.add(found.ineffective(`Envoy filter: filter match has no effect when used with ${applyTo}`))
  const problem = filterMatchProblem(applyTo, filter)
  if (problem !== undefined) {
    place.add(found.invalidPatch(`Envoy filter: ${problem}`))
    return false
  }
  for (const name of [filter.name, filter.subFilter?.name]) {
    const current = currentFilterName(name ?? '')
    if (current !== undefined) place.add(found.deprecated(`using deprecated filter name ${JSON.stringify(name)}; use ${JSON.stringify(current)} instead`, `Use ${current}.`))
  }
  return true
}

function filterMatchProblem(applyTo: string, filter: NonNullable<NonNullable<ListenerMatch['filterChain']>['filter']>): string | undefined {
  if (!filter.name) return 'filter match has no name to match on'
  if (!filter.subFilter) return undefined
  if (applyTo !== 'HTTP_FILTER') return 'subfilter match can be used with applyTo HTTP_FILTER only'
  if (filter.name !== HTTP_CONNECTION_MANAGER && currentFilterName(filter.name) !== HTTP_CONNECTION_MANAGER) return `subfilter match requires filter match with ${HTTP_CONNECTION_MANAGER}`
  return filter.subFilter.name ? undefined : 'subfilter match has no name to match on'
}
