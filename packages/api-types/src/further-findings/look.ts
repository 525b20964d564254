/** One look at a spec whose types are right: what its schema's rules and Istio's rules say of it. */
import type { Diagnostic, JsonPath } from '@istio-ts/foundation'
import type * as z from 'zod'
import { CEL } from '../istio/shared/schema/cel.ts'
import { DUPLICATE, ONE_OF } from '../istio/shared/schema/message.ts'
import { toDiagnostic, type ResourceHead } from '../validation/findings.ts'
import { schemaFindings } from '../validation/schema-findings.ts'
import { valueAt } from '../validation/value-at.ts'

/** What a schema says of a value. */
export type Issue = z.core.$ZodIssue

/** A spec that its schema refused. */
export interface RefusedSpec<Spec> {
  readonly schema: z.ZodType<Spec>
  /** Istio's rules for a spec that the schema took, as findings of the resource that `head` names. */
  readonly rules: (spec: Spec, head: ResourceHead) => readonly Diagnostic[]
  /** Names the resource in findings; its source says where they are. */
  readonly head: ResourceHead
  /** The spec as written, which stands at `base`, and what the schema said. */
  readonly given: unknown
  readonly base: JsonPath
  readonly issues: readonly Issue[]
}

/** What was found. */
export interface Look {
  /** What was looked at. */
  readonly stand: unknown
  /** Rules of the schema over objects and lists that do not hold, and the same as findings. */
  readonly issues: readonly Issue[]
  readonly bySchema: readonly Diagnostic[]
  readonly byRules: readonly Diagnostic[]
}

/** Checks a spec; undefined if a type is wrong. @param place a head without source leaves out the positions, which cost */
export function lookAt<Spec>({ schema, rules, head, base }: RefusedSpec<Spec>, stand: unknown, place: ResourceHead = withoutSource(head)): Look | undefined {
  const { success, data, error } = schema.safeParse(stand)
  const issues = error?.issues ?? []
  if (issues.some((issue) => !isAboutTheWhole(issue, stand))) return undefined
  // Unlike safeParse this hands out the value also when a rule of the schema does not hold.
  const spec = success ? data : (schema._zod.run({ value: stand, issues: [] }, { async: false }) as { readonly value: Spec }).value
  return { stand, issues, bySchema: schemaFindings(issues, stand, base).map((found) => toDiagnostic(found, place)), byRules: rules(spec, place) }
}

const withoutSource = ({ source: _, ...head }: ResourceHead): ResourceHead => head

const WHOLE: ReadonlySet<unknown> = new Set([CEL, ONE_OF, DUPLICATE])

/** A rule over an object or a list as a whole does not hold; its parts are of the right types. */
export const isAboutTheWhole = (issue: Issue, root: unknown): boolean => issue.code === 'custom' && WHOLE.has(issue.params?.['by']) && typeof valueAt(root, stepsOf(issue)) === 'object'

/** Where an issue is. */
export const stepsOf = (issue: Issue): JsonPath => issue.path.map((step) => (typeof step === 'number' ? step : String(step)))

/** Tells findings apart that differ in place or words. */
export const keyOf = ({ code, path, message }: Diagnostic): string => `${code}\n${path ?? ''}\n${message}`

/** Whether a path, as findings spell it, is that of `outer` or below it. */
export const isWithin = (path: string, outer: string): boolean => path.startsWith(outer) && (path.length === outer.length || /^[.[]/.test(path.slice(outer.length)))
