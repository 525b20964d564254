/** Where the words of kube-apiserver 1.36 differ from those the corpora expect, which come from the same schemas in an older library. */

/** Expected text -> the API server's, each with the reason. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  // The API server drops a null of a field that is not nullable before it validates, so that a required field is missing then.
  ['spec in body must be of type object: "null"', 'spec: Required value'],
  ['spec.url in body must be of type string: "null"', 'spec.url: Required value'],
])

/** At a failed CEL rule the API server shows a scalar itself and of an object nothing; the corpora show the type. */
const withoutValue = (text: string): string => text.replace(/Invalid value: (?:"(?:[^"\\]|\\.)*": |-?[\d.]+: |)/g, 'Invalid value: ')

/** True if a message of the API server says what the corpus expects. */
export const saysExpected = (message: string, expected: string): boolean => message.includes(expected) || withoutValue(message).includes(withoutValue(TEXTS.get(expected) ?? expected))

/**
 * Rows of validation-tables that Istio's webhook takes alone, and that Istio's own CRD (crd-facts: minLength of `issuer`; the CEL rule on NONE)
 * refuses before the webhook is asked. Ours has the same facts; our validator holds objects to CRD and webhook.
 */
export const REFUSED_BY_ISTIOS_CRD: ReadonlyMap<string, string> = new Map([
  ['TestValidateRequestAuthentication-empty-issuer-and-set-jwksUri', 'spec.jwtRules[0].issuer in body should be at least 1 chars long'],
  ['TestValidateServiceEntries-partial-wildcard-hosts', 'NONE mode cannot set endpoints'],
])
