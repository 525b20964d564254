/** envoy.filters.http.rbac: allows or denies requests, and says which policy decided. */
import { unpack } from '../config/wire.ts'
import type { Exchange } from '../http/exchange.ts'
import type { HttpFilterKind } from '../http/http-filter.ts'
import { hcmStats } from '../stats/hcm-stats.ts'
import { compileRbac, decideRbac, type CompiledRbac, type RbacSubject } from './rbac-engine.ts'

const TYPE = 'envoy.extensions.filters.http.rbac.v3.RBAC'
const PER_ROUTE = 'envoy.extensions.filters.http.rbac.v3.RBACPerRoute'

interface RbacOverride {
  readonly rules: CompiledRbac | undefined
  readonly shadow: CompiledRbac | undefined
}

/** Body of a denial; Istio's users know it. */
const DENIED = 'RBAC: access denied'

export const rbacFilter: HttpFilterKind = {
  types: [TYPE],
  perRouteTypes: [PER_ROUTE],
  compile(name, config, context, path, report) {
    const rbac = unpack(config, TYPE) ?? {}
    const rules = compileRbac(rbac.rules, `${path}.rules`, report)
    const shadow = compileRbac(rbac.shadowRules, `${path}.shadowRules`, report)
    const prefix = rbac.shadowRulesStatPrefix ?? ''
    const stats = hcmStats(context.stats, context.statPrefix)
    if (!rules && !shadow) return undefined
    return {
      name,
      onRequest(exchange) {
        const override = exchange.perRoute(name) as RbacOverride | undefined
        const active = override ? override.rules : rules
        const dry = override ? override.shadow : shadow
        const subject = subjectOf(exchange)
        if (dry) {
          const decision = decideRbac(dry, subject)
          stats[decision.allowed ? 'rbac.shadow_allowed' : 'rbac.shadow_denied'].value++
          exchange.info.setMetadata('envoy.filters.http.rbac', `${prefix}shadow_engine_result`, decision.allowed ? 'allowed' : 'denied')
          if (decision.policy !== 'none') exchange.info.setMetadata('envoy.filters.http.rbac', `${prefix}shadow_effective_policy_id`, decision.policy)
        }
        if (!active) return 'continue'
        const decision = decideRbac(active, subject)
        if (decision.allowed) {
          stats['rbac.allowed'].value++
          return 'continue'
        }
        stats['rbac.denied'].value++
        exchange.reply(403, DENIED, `rbac_access_denied_matched_policy[${decision.policy}]`)
        return 'stop'
      },
    }
  },
  compilePerRoute(config, path, report): RbacOverride {
    const rbac = unpack(config, PER_ROUTE)?.rbac
    return { rules: compileRbac(rbac?.rules, `${path}.rbac.rules`, report), shadow: compileRbac(rbac?.shadowRules, `${path}.rbac.shadowRules`, report) }
  },
}

const subjectOf = (exchange: Exchange): RbacSubject => ({ connection: exchange.info.connection, head: exchange.head, remoteIp: exchange.info.remoteIp, metadata: exchange.info.dynamicMetadata })
