/** Principals of a mesh whose trust domain has changed or has other names: a rule that names one of them is about all. @see istio pilot/pkg/security/trustdomain */
import type { ValueRule } from '@istio-ts/mesh-model'

/** The rule with each principal of one of our trust domains in all of them; `domains` is the mesh's own, then its aliases. */
export const inAllTrustDomains = (rule: ValueRule, domains: readonly string[]): ValueRule =>
  domains.length < 2 ? rule : { values: rule.values.flatMap((one) => spellings(one, domains)), notValues: rule.notValues.flatMap((one) => spellings(one, domains)) }

/** A lone star as trust domain means all of them already; a trust domain that is not ours stays the only one. */
function spellings(principal: string, domains: readonly string[]): readonly string[] {
  const slash = principal.indexOf('/')
  const domain = slash < 0 ? principal : principal.slice(0, slash)
  if (domain === '*' || slash < 0 || !domains.some((one) => covers(domain, one))) return [principal]
  // A pattern keeps its place among the domains that it covers.
  return [...new Set(domains.map((one) => (domain.includes('*') && covers(domain, one) ? principal : `${one}${principal.slice(slash)}`)))]
}

function covers(pattern: string, domain: string): boolean {
  if (pattern.startsWith('*')) return domain.endsWith(pattern.slice(1))
  return pattern.endsWith('*') ? domain.startsWith(pattern.slice(0, -1)) : pattern === domain
}
