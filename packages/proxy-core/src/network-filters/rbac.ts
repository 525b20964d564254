/** envoy.filters.network.rbac: allows or denies connections. */
import { unpack } from '../config/wire.ts'
import { compileRbac, decideRbac, type RbacSubject } from '../http-filters/rbac-engine.ts'
import type { NetworkFilterKind } from './network-filter.ts'

const TYPE = 'envoy.extensions.filters.network.rbac.v3.RBAC'

export const networkRbacFilter: NetworkFilterKind = {
  types: [TYPE],
  compile(_name, config, context, path, report) {
    const rbac = unpack(config, TYPE) ?? {}
    const rules = compileRbac(rbac.rules, `${path}.rules`, report)
    const shadow = compileRbac(rbac.shadowRules, `${path}.shadowRules`, report)
    if (!rules && !shadow) return undefined
    const prefix = (rbac.statPrefix ?? '').replace(/\.$/, '')
    const counter = (name: string): { value: number } => context.stats.counter(`envoy_${prefix.replaceAll('.', '_')}_rbac_${name}`, [], `${prefix}.rbac.${name}`)
    const allowed = counter('allowed')
    const denied = counter('denied')
    return {
      kind: 'gate',
      admit({ stream, info }) {
        const subject: RbacSubject = { connection: info, head: undefined, remoteIp: info.remoteAddress.kind === 'ip' ? info.remoteAddress.ip : '', metadata: undefined }
        if (!rules) return true
        const decision = decideRbac(rules, subject)
        if (decision.allowed) {
          allowed.value++
          return true
        }
        denied.value++
        info.terminationDetails = `rbac_access_denied_matched_policy[${decision.policy}]`
        stream.destroy()
        return false
      },
    }
  },
}
