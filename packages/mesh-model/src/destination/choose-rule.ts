/** Which rule speaks for a host as one client sees it. @see istio pilot/pkg/model/push_context.go, destinationRule */
import { compareHosts, hostCovers, isWildcard, matchesLabels, type HostName, type Labels } from '@istio-ts/foundation'
import { isVisibleTo } from '../visibility/export-to.ts'
import type { RuleModel } from './rule.ts'

/** Who asks. */
export interface RuleClient {
  readonly namespace: string
  readonly labels: Labels
  readonly rootNamespace: string
}

/** The merged rules of a namespace whose host is exactly the given one, or any wildcard. */
export interface RuleShelf {
  exact(namespace: string, host: HostName): readonly RuleModel[]
  wildcards(namespace: string): readonly RuleModel[]
}

/**
 * The rule for `host` (of a service in `serviceNamespace`): the client's own namespace speaks first, then the service's, then the root
 * namespace. Within a namespace an exact host beats a wildcard, a longer wildcard a shorter; a rule that selects the client beats one for all.
 */
export function chooseRule(host: HostName, serviceNamespace: string, client: RuleClient, shelf: RuleShelf): RuleModel | undefined {
  const { namespace, rootNamespace } = client
  // Rules of the root namespace count as mesh-wide and come last, also for clients there, unless they are private to it.
  if (namespace !== rootNamespace) {
    const own = mostSpecific(host, shelf, namespace, client, () => true)
    if (own) return own
  } else {
    const own = mostSpecific(host, shelf, namespace, client, (rule) => rule.visibility !== '*')
    if (own) return own
  }
  if (serviceNamespace !== '' && serviceNamespace !== namespace && serviceNamespace !== rootNamespace) {
    const theirs = mostSpecific(host, shelf, serviceNamespace, client, (rule) => isVisibleTo(rule.visibility, namespace))
    if (theirs) return theirs
  }
  return mostSpecific(host, shelf, rootNamespace, client, (rule) => isVisibleTo(rule.visibility, namespace))
}

function mostSpecific(host: HostName, shelf: RuleShelf, namespace: string, client: RuleClient, counts: (rule: RuleModel) => boolean): RuleModel | undefined {
  const exact = selected(shelf.exact(namespace, host).filter(counts), client)
  if (exact) return exact
  const covering = shelf.wildcards(namespace).filter((rule) => isWildcard(rule.host) && hostCovers(rule.host, host) && counts(rule))
  const hosts = [...new Set(covering.map((rule) => rule.host))].sort(compareHosts)
  for (const candidate of hosts) {
    const rule = selected(covering.filter((one) => one.host === candidate), client)
    if (rule) return rule
  }
  return undefined
}

/** A selector only counts in the client's own namespace. */
function selected(rules: readonly RuleModel[], client: RuleClient): RuleModel | undefined {
  const selecting = rules.find((rule) => rule.selector && rule.namespace === client.namespace && matchesLabels(rule.selector, client.labels))
  return selecting ?? rules.find((rule) => !rule.selector)
}
