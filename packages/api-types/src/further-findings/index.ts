/**
 * What else is wrong with a spec that its schema refuses. Istio's rules want values of the right types, so they see the spec with other
 * values in the refused places; and because a rule may look at several fields, a finding counts only if it is there whatever stands in
 * those places: nothing, the value corrected, or any of a spread of values. So a second mistake is found at once, and none is made up.
 */
import { formatJsonPath, type Diagnostic, type JsonPath } from '@istio-ts/foundation'
import { schemaFindings } from '../validation/schema-findings.ts'
import { toDiagnostic } from '../validation/findings.ts'
import { valueAt } from '../validation/value-at.ts'
import { withoutEchoes } from './echoes.ts'
import { isAboutTheWhole, isWithin, keyOf, lookAt, stepsOf, type Look, type RefusedSpec } from './look.ts'
import { plausibleValues } from './plausible-values.ts'
import { sizeOf, substitute, type Substitute } from './substitute.ts'

export type { RefusedSpec } from './look.ts'

/** More refused places than this are not a slip but another language; the schema's findings are enough then. */
const MOST_PLACES = 100
/** Looks at a small spec; a look costs what checking the spec costs. */
const MOST_LOOKS = 200
/** Values that all looks together may visit, about a quarter of a second; a huge spec gets few looks. */
const MOST_VISITS = 200_000

/** Findings that a correction of what the schema refused would not make go away. */
export function furtherFindings<Spec>(spec: RefusedSpec<Spec>): readonly Diagnostic[] {
  const { given, issues } = spec
  const paths = outermost(issues.filter((issue) => !isAboutTheWhole(issue, given)).map(stepsOf))
  if (paths.length > MOST_PLACES || paths.some((path) => path.length === 0)) return []
  const most = Math.min(MOST_LOOKS, Math.ceil(MOST_VISITS / sizeOf(given)) + 2)
  const { first, bySchema, byRules } = commonFindings(spec, paths, most)
  if (!first) return []
  const further = [...bySchema, ...withoutEchoes(spec, first, byRules, most)]
  return further.length === 0 ? [] : withPositions(spec, first, new Set(further.map(keyOf)))
}

/** What was found whatever stands in the refused places, apart from what is known; and the first look. */
interface CommonFindings {
  readonly first?: Look
  readonly bySchema: readonly Diagnostic[]
  readonly byRules: readonly Diagnostic[]
}

const NOTHING: CommonFindings = { bySchema: [], byRules: [] }

function commonFindings<Spec>(spec: RefusedSpec<Spec>, paths: readonly JsonPath[], most: number): CommonFindings {
  const { schema, head, given, issues, base } = spec
  const places = paths.map((path) => ({ path, values: plausibleValues(schema, path, valueAt(given, path)) }))
  if (places.some(({ values }) => values.length === 0)) return NOTHING
  const said = new Set(schemaFindings(issues, given, base).map((located) => keyOf(toDiagnostic(located, head))))
  const refused = paths.map((path) => formatJsonPath([...base, ...path]))
  const isNew = (one: Diagnostic): boolean => !said.has(keyOf(one)) && !refused.some((path) => isWithin(one.path ?? '', path))
  const turns = Math.min(most, Math.max(1, ...places.map(({ values }) => values.length)))
  let common = NOTHING
  for (let turn = 0; turn < turns; turn++) {
    const look = lookAt(spec, substitute(given, places.map(({ path, values }): Substitute => ({ path, value: values[turn % values.length] }))))
    if (!look) continue
    if (common.first) common = { first: common.first, bySchema: inBoth(common.bySchema, look.bySchema), byRules: inBoth(common.byRules, look.byRules) }
    else common = { first: look, bySchema: look.bySchema.filter(isNew), byRules: look.byRules.filter(isNew) }
    if (common.bySchema.length === 0 && common.byRules.length === 0) return NOTHING
  }
  return common
}

function inBoth(some: readonly Diagnostic[], others: readonly Diagnostic[]): readonly Diagnostic[] {
  const keys = new Set(others.map(keyOf))
  return some.filter((one) => keys.has(keyOf(one)))
}

/** The same findings with file, line and column; only these ask the source for them. */
function withPositions<Spec>(spec: RefusedSpec<Spec>, { stand, bySchema, byRules }: Look, keys: ReadonlySet<string>): readonly Diagnostic[] {
  const look = spec.head.source ? lookAt(spec, stand, spec.head) : { bySchema, byRules }
  return look ? [...look.bySchema, ...look.byRules].filter((one) => keys.has(keyOf(one))) : []
}

/** The paths that are not below another one, each once. */
function outermost(paths: readonly JsonPath[]): readonly JsonPath[] {
  const kept: JsonPath[] = []
  for (const path of paths.toSorted((a, b) => a.length - b.length)) {
    if (!kept.some((other) => other.every((step, i) => step === path[i]))) kept.push(path)
  }
  return kept
}
