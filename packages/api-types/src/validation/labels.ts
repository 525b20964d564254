/** Labels, and selectors made of them. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { NetworkingWorkloadSelector } from '../istio/shared/workload-selector.ts'
import type { Findings } from './findings.ts'

const LABEL_NAME = /^[a-zA-Z0-9](?:[-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/
const LABEL_PREFIX = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/i

/** Checks a set of labels as Kubernetes does: `prefix/name` keys and values of at most 63 characters. */
export function checkLabels(field: string, labels: Readonly<Record<string, string>> | undefined, at: Findings): void {
  at.entries(field, labels, (value, place, key) => {
    const slash = key.indexOf('/')
    const prefix = slash < 0 ? undefined : key.slice(0, slash)
    const name = key.slice(slash + 1)
    if (!LABEL_NAME.test(name) || (prefix !== undefined && (prefix.length > 253 || !LABEL_PREFIX.test(prefix)))) place.add(found.invalidSelector(`invalid tag key: ${JSON.stringify(key)}`))
    if (typeof value === 'string' && value !== '' && !LABEL_NAME.test(value)) place.add(found.invalidSelector(`invalid tag value: ${JSON.stringify(value)}`))
  })
}

/** Checks the selector of a networking kind. @param what names the kind in the warning. Returns false if Istio looks no further. */
export function checkNetworkingSelector(what: string, selector: NetworkingWorkloadSelector | undefined, at: Findings): boolean {
  if (!selector) return true
  const place = at.at('workloadSelector')
  if (!checkSelectorLabels(selector.labels, place)) return false
  if (isEmpty(selector.labels)) place.add(found.questionable(`${what}: workload selector specified without labels, will be applied to all services in namespace`))
  return true
}

function checkSelectorLabels(labels: Readonly<Record<string, string>> | undefined, at: Findings): boolean {
  let isFine = true
  const refuse = (place: Findings, why: string, label: string): void => {
    isFine = false
    place.add(found.invalidSelector(`${why} is not supported in selector: ${JSON.stringify(label)}`))
  }
  at.entries('labels', labels, (value, place, key) => {
    if (key === '') refuse(place, 'empty key', `${key}=${value}`)
    if (key.includes('*') || value.includes('*')) refuse(place, 'wildcard', `${key}=${value}`)
  })
  return isFine
}

const isEmpty = (labels: Readonly<Record<string, string>> | undefined): boolean => labels === undefined || Object.keys(labels).length === 0
