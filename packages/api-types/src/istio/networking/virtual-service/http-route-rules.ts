/** Istio's rules for one HTTP route. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import { checkDestination, checkWeightedDestinations } from '../../../validation/destinations.ts'
import { checkDuration } from '../../../validation/durations.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkHeaderRules } from '../../../validation/header-rules.ts'
import {
  checkAuthorityOnce,
  checkCorsPolicy,
  checkDirectResponse,
  checkFault,
  checkMirrors,
  checkMirrorShare,
  checkRedirect,
  checkRetries,
  checkRewrite,
} from './http-action-rules.ts'
import { checkHttpMatch } from './http-match-rules.ts'
import type { HttpRoute } from './types.ts'

/** Where a route stands. */
export interface HttpRouteUse {
  /** In a VirtualService without hosts, to which others delegate. */
  readonly isDelegate: boolean
  /** Made from the Gateway API, which has checked destinations and names. */
  readonly gatewaySemantics: boolean
}

/** Checks one route. */
export function checkHttpRoute(route: HttpRoute, use: HttpRouteUse, at: Findings): void {
  checkOneAction(route, use, at)
  at.each('match', route.match, checkHttpMatch)
  checkHeaderRules(route.headers, at)
  checkCorsPolicy(route.corsPolicy, at.at('corsPolicy'))
  checkFault(route.fault, at.at('fault'))
  checkMirroring(route, at)
  checkRedirect(route.redirect, route.match, at.at('redirect'))
  checkDirectResponse(route.directResponse, at.at('directResponse'))
  checkRetries(route.retries, at.at('retries'))
  checkRewrite(route.rewrite, at.at('rewrite'))
  checkAuthorityOnce(route, at)
  at.each('route', route.route, (destination, place) => checkHeaderRules(destination.headers, place))
  checkWeightedDestinations('route', route.route, use.gatewaySemantics, at)
  checkDuration(route.timeout, at.at('timeout'))
}

function checkMirroring(route: HttpRoute, at: Findings): void {
  const percent = route.mirrorPercent ?? route.mirror_percent
  if (percent !== undefined) {
    const field = route.mirrorPercent === undefined ? 'mirror_percent' : 'mirrorPercent'
    checkMirrorShare(percent, 'mirror_percent', at.at(field))
    at.at(field).add(found.deprecated(`using deprecated setting ${JSON.stringify(field)}, use "mirrorPercentage" instead`, 'Use mirrorPercentage.'))
  }
  checkMirrorShare(route.mirrorPercentage?.value, 'mirror_percentage', at.at('mirrorPercentage').at('value'))
  checkDestination(route.mirror, at.at('mirror'))
  checkMirrors(route.mirrors, at)
  if (route.mirror && route.mirrors && route.mirrors.length > 0) at.at('mirrors').add(found.conflict('HTTP route cannot contain both mirror and mirrors'))
}

/** A route forwards, redirects, answers or delegates: one of these. */
function checkOneAction(route: HttpRoute, use: HttpRouteUse, at: Findings): void {
  if (route.delegate && !use.isDelegate) return checkRoot(route, at)
  if (route.delegate) at.at('delegate').add(found.conflict('delegate HTTP route cannot contain delegate', 'Delegate only once.'))
  const action = route.redirect ? 'redirect' : route.directResponse ? 'direct_response' : undefined
  if (action === undefined) {
    if (!route.route || route.route.length === 0) at.add(found.missing('HTTP route, redirect or direct_response is required'))
    return
  }
  if (route.route && route.route.length > 0) at.at('route').add(found.conflict(`HTTP route cannot contain both route and ${action}`))
  if (route.fault) at.at('fault').add(found.conflict(`HTTP route cannot contain both fault and ${action}`))
  if (route.rewrite) at.at('rewrite').add(found.conflict(`HTTP route rule cannot contain both rewrite and ${action}`))
  if (route.redirect && route.directResponse) at.at('directResponse').add(found.conflict('HTTP route rule cannot contain both direct_response and redirect'))
}

function checkRoot(route: HttpRoute, at: Findings): void {
  const name = route.name ?? ''
  if (route.redirect) at.at('redirect').add(found.conflict(`root HTTP route ${name} must not specify redirect`))
  if (route.route) at.at('route').add(found.conflict(`root HTTP route ${name} must not specify route`))
}
