/** Istio's rules for the conditions of an HTTP route. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import { checkPort } from '../../../validation/addresses.ts'
import { isDnsLabel } from '../../../validation/domains.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkHeaderNameOrClaim } from '../../../validation/headers.ts'
import { checkLabels } from '../../../validation/labels.ts'
import { checkStringMatch, checkStringMatchRegex } from '../../../validation/string-match.ts'
import { checkGatewayNames } from './gateway-names.ts'
import type { HttpMatchRequest } from './types.ts'

/** Checks one condition. */
export function checkHttpMatch(match: HttpMatchRequest, at: Findings): void {
  checkHeaderMatches(match, at)
  // A path may have an empty prefix, which matches all; Envoy refuses it in other places.
  checkStringMatchRegex(match.uri, 'uri', at.at('uri'))
  checkStringMatch(match.scheme, 'scheme', at.at('scheme'))
  checkStringMatch(match.method, 'method', at.at('method'))
  checkStringMatch(match.authority, 'authority', at.at('authority'))
  at.entries('queryParams', match.queryParams, (value, place) => checkStringMatch(value, 'queryParams', place))
  if (match.port) checkPort(match.port, at.at('port'))
  checkLabels('sourceLabels', match.sourceLabels, at)
  checkGatewayNames(match.gateways, false, at)
  if (match.sourceNamespace && !isDnsLabel(match.sourceNamespace)) at.at('sourceNamespace').add(found.invalidName(`sourceNamespace match ${match.sourceNamespace} is invalid`))
}

function checkHeaderMatches(match: HttpMatchRequest, at: Findings): void {
  at.entries('headers', match.headers, (value, place, name) => {
    if (value === null) place.add(found.missing(`header match ${name} cannot be null`))
    checkHeaderNameOrClaim(name, place)
    checkStringMatch(value, 'headers', place)
  })
  at.entries('withoutHeaders', match.withoutHeaders, (value, place, name) => {
    checkHeaderNameOrClaim(name, place)
    // "*" is no RE2, but Istio takes it for "the header is there".
    if (value?.regex !== '*') checkStringMatch(value, 'withoutHeaders', place)
  })
}
