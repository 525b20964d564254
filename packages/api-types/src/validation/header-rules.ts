/** Changes of request and response headers. */
import type { HeaderOperations, HeaderRules } from '../istio/shared/destination.ts'
import type { Findings } from './findings.ts'
import { checkHeaderValue, checkOtherHeaderName, checkRequestHeaderName } from './headers.ts'

/** Checks names and values; the host may be set or added in requests only. */
export function checkHeaderRules(rules: HeaderRules | undefined, at: Findings): void {
  if (!rules) return
  const place = at.at('headers')
  checkOperations(rules.request, checkRequestHeaderName, place.at('request'))
  checkOperations(rules.response, checkOtherHeaderName, place.at('response'))
}

function checkOperations(operations: HeaderOperations | undefined, checkName: (name: string, at: Findings) => void, at: Findings): void {
  if (!operations) return
  for (const action of ['add', 'set'] as const) {
    at.entries(action, operations[action], (value, place, name) => {
      checkName(name, place)
      checkHeaderValue(value, place)
    })
  }
  at.each('remove', operations.remove, (name, place) => checkOtherHeaderName(name, place))
}
