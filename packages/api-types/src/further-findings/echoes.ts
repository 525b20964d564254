/** Some rules stand in the schema and among Istio's own; the second word on the same fault is an echo. */
import { formatJsonPath, type Diagnostic, type JsonPath } from '@istio-ts/foundation'
import type * as z from 'zod'
import { isWithin, keyOf, lookAt, stepsOf, type Look, type RefusedSpec } from './look.ts'
import { valueAt } from '../validation/value-at.ts'
import { ABSENT, fieldNames, plausibleValues } from './plausible-values.ts'
import { substitute, type Substitute } from './substitute.ts'

/** How many values are tried for each field; a second and third in case the first collides with a neighbour. */
const VALUES = 3

/** The findings of Istio's rules without the echoes: those that go when a rule of the schema is made to hold. @param most corrections that may be tried */
export function withoutEchoes<Spec>(spec: RefusedSpec<Spec>, look: Look, found: readonly Diagnostic[], most: number): readonly Diagnostic[] {
  let left = found
  let tries = 0
  for (const issue of look.issues) {
    const path = stepsOf(issue)
    for (const correction of correctionsOf(spec.schema, look.stand, path)) {
      if (left.length === 0 || ++tries > most) return left
      const corrected = lookAt(spec, substitute(look.stand, [correction]))
      if (!corrected || corrected.issues.some((other) => other.message === issue.message && formatJsonPath(stepsOf(other)) === formatJsonPath(path))) continue
      const keys = new Set(corrected.byRules.map(keyOf))
      // What stands inside the corrected field went with it, whether it has to do with the rule or not.
      const touched = formatJsonPath([...spec.base, ...correction.path])
      left = left.filter((one) => keys.has(keyOf(one)) || (one.path !== touched && isWithin(one.path ?? '', touched)))
    }
  }
  return left
}

/** Changes of one field of an object, or of one field of an item of a list, that may make a rule over it hold. */
function correctionsOf(schema: z.ZodType, root: unknown, path: JsonPath): readonly Substitute[] {
  const value = valueAt(root, path)
  if (Array.isArray(value)) return value.flatMap((item, i) => (Array.isArray(item) ? [] : correctionsOf(schema, root, [...path, i])))
  const present = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const valuesAt = (name: string): readonly unknown[] => plausibleValues(schema, [...path, name], undefined)
  const changes = present.flatMap((name) => valuesAt(name).slice(0, VALUES).map((other): Substitute => ({ path: [...path, name], value: other })))
  // A field that is missing may be what the rule asks for.
  const missing = fieldNames(schema, path).filter((name) => !present.includes(name))
  return [...changes, ...missing.flatMap((name) => valuesAt(name).filter((other) => other !== ABSENT).slice(0, 1).map((other): Substitute => ({ path: [...path, name], value: other })))]
}
