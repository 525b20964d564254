/** CEL rules of a CRD: the text for the API server and the same meaning by hand for us; a test holds the two together. */
import type * as z from 'zod'
import type { CrdRule } from './crd-facts.ts'

/** A CEL rule. `holds` answers what the rule's text answers for a value of the right type; a text is a CEL run-time error. */
export interface CelRule<T> extends CrdRule {
  readonly holds: (self: T) => boolean | string
}

/** States a rule. @param cel the text as it stands in the CRD. @param message what the API server says when it does not hold. */
export const rule = <T>(message: string, cel: string, holds: (self: T) => boolean | string): CelRule<T> => ({ message, rule: cel, holds })

/** How an issue of a CEL rule is told from other custom issues. */
export const CEL = 'cel'

/** Makes a zod check of the rules; each broken rule is an issue of its own. */
export function celCheck<T>(rules: readonly CelRule<T>[]): z.core.CheckFn<T> {
  return (context) => {
    for (const { holds, message } of rules) {
      const verdict = holds(context.value)
      if (verdict === true) continue
      const text = verdict === false ? message : `${verdict} evaluating rule: ${message}`
      context.issues.push({ code: 'custom', input: context.value, message: text, params: { by: CEL }, continue: true })
    }
  }
}

/** The rules as a CRD shows them; nothing if there is none. */
export const celFacts = <T>(rules: readonly CelRule<T>[] | undefined): { readonly 'x-kubernetes-validations'?: readonly CrdRule[] } =>
  rules && rules.length > 0 ? { 'x-kubernetes-validations': rules.map(({ message, rule }) => ({ message, rule })) } : {}

/** CEL's `has(self.field)`: present, also when empty. */
export const has = (value: unknown): boolean => value !== undefined && value !== null

/** A rule that at most one of these fields is there. */
export const atMostOne = <T>(message: string, fields: readonly (keyof T & string)[]): CelRule<T> =>
  rule(message, `${fields.map((field) => `(has(self.${field}) ? 1 : 0)`).join(' + ')} <= 1`, (self) => fields.filter((field) => has(self[field])).length <= 1)
