/** An object as written -> a resource with types, defaults and findings. Never throws for what a user wrote, except `parse`, which exists for that. */
import { DEFAULT_CLUSTER, hasErrors, type ClusterId, type Diagnostic, type JsonPath } from '@istio-ts/foundation'
import type * as z from 'zod'
import { apiDiagnostics as found } from './diagnostics.ts'
import { apiErrors } from './errors.ts'
import { furtherFindings, type RefusedSpec } from './further-findings/index.ts'
import { withoutNulls } from './istio/shared/schema/absent-nulls.ts'
import { factsOf } from './istio/shared/schema/crd-facts.ts'
import { unknownFields } from './istio/shared/schema/unknown-fields.ts'
import type { Kind } from './kind.ts'
import { readMetadata } from './metadata.ts'
import { parseApiVersion, type Resource, type SourceDocument } from './resource.ts'
import { toDiagnostic, type LocatedFinding, type ResourceHead } from './validation/findings.ts'
import { isRecord } from './validation/is-record.ts'
import { schemaFindings } from './validation/schema-findings.ts'

/** Where an object comes from. */
export interface ParseOptions {
  /** Default: Istio's default cluster id. */
  readonly cluster?: ClusterId
  /** The document; findings then carry file, line and column. */
  readonly source?: SourceDocument
  /** Default `istio-system`. */
  readonly rootNamespace?: string
  /** Default true. False for those who want the findings alone: freezing is a tenth of the work. */
  readonly freeze?: boolean
}

/** A resource if there was no error, and everything that was found. */
export interface ParseResult<Spec, Status> {
  readonly resource?: Resource<Spec, Status>
  readonly diagnostics: readonly Diagnostic[]
}

/** Checks an object by schema and by Istio's rules. With an error in `diagnostics` there is no resource, as the API server would not store it. */
export function safeParse<Spec, Status>(kind: Kind<Spec, Status>, object: unknown, options: ParseOptions = {}): ParseResult<Spec, Status> {
  const draft = draftOf(kind, object, options)
  if (!isRecord(object)) return { diagnostics: [toDiagnostic({ finding: found.notAnObject('the document is not an object'), path: [] }, draft)] }
  const sink: LocatedFinding[] = []
  const isKind = checkIdentity(kind, draft.apiVersion, draft.kind, sink)
  const head = { ...draft, metadata: readMetadata(object['metadata'], kind, sink) }
  const read = readSpec(kind, object, sink)
  const status = readStatus(kind, object, sink)
  const before = sink.map((located) => toDiagnostic(located, head))
  const context = { rootNamespace: options.rootNamespace ?? 'istio-system' }
  if (!isKind) return { diagnostics: before }
  if (read.issues) return { diagnostics: [...before, ...furtherFindings({ ...read, rules: (spec, place) => kind.validate({ ...place, spec }, context), head })] }
  const resource: Resource<Spec, Status> = { ...head, spec: read.spec, ...(status === undefined ? {} : { status }) }
  if (options.freeze !== false && freezes(kind)) freezeResource(resource)
  const diagnostics = [...before, ...kind.validate(resource, context)]
  return hasErrors(diagnostics) ? { diagnostics } : { resource, diagnostics }
}

/** Like {@link safeParse}, for objects that must be right. @throws MeshError MESH0190 with all errors */
export function parse<Spec, Status>(kind: Kind<Spec, Status>, object: unknown, options: ParseOptions = {}): Resource<Spec, Status> {
  const { resource, diagnostics } = safeParse(kind, object, options)
  if (!resource) throw apiErrors.invalidResource(kind.kind, diagnostics.filter((diagnostic) => diagnostic.severity === 'error'))
  return resource
}

/** What absent top-level fields of a kind mean, e.g. `{ gateways: ['mesh'] }` for a VirtualService. */
export const defaults = <Spec>(kind: Kind<Spec> & { readonly defaults?: Partial<Spec> }): Partial<Spec> => kind.defaults ?? {}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)

/** Enough of a resource to name it in findings. */
function draftOf(kind: Kind, object: unknown, { cluster, source }: ParseOptions): ResourceHead {
  const fields = isRecord(object) ? object : {}
  return {
    cluster: cluster ?? DEFAULT_CLUSTER,
    apiVersion: textOr(fields['apiVersion'], ''),
    kind: textOr(fields['kind'], kind.kind),
    metadata: { name: '', namespace: '' },
    ...(source ? { source } : {}),
  }
}

/** False for an object of another kind, of which nothing more can be said. */
function checkIdentity(kind: Kind, apiVersion: string, given: string, sink: LocatedFinding[]): boolean {
  const { group, version } = parseApiVersion(apiVersion)
  if (given !== kind.kind || group !== kind.group) {
    sink.push({ path: ['kind'], finding: found.wrongKind(kind.kind, `${apiVersion} ${given}`) })
    return false
  }
  if (!kind.versions.some((known) => known.name === version && known.served)) {
    const served = kind.versions.filter((known) => known.served).map((known) => known.name)
    sink.push({ path: ['apiVersion'], finding: found.unservedVersion(`version ${version} of ${given} is not served`, `Use ${served.join(', ')}.`) })
  }
  return true
}

const SPEC: JsonPath = ['spec']
const OBJECT_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status'])

/** A spec that its schema took, or what it said of it. */
type ReadSpec<Spec> = { readonly spec: Spec; readonly issues?: undefined } | Pick<RefusedSpec<Spec>, 'schema' | 'given' | 'base' | 'issues'>

function readSpec<Spec>(kind: Kind<Spec>, object: Readonly<Record<string, unknown>>, sink: LocatedFinding[]): ReadSpec<Spec> {
  const base: JsonPath = kind.specAtRoot ? [] : SPEC
  const written = kind.specAtRoot ? rootFields(object) : (object['spec'] ?? (object['spec'] === null || isSpecRequired(kind) ? object['spec'] : {}))
  const schema = schemaFor(kind, object)
  const asWritten = schema.safeParse(written)
  // Looked for where the schema takes offence, so that good documents do not pay for it.
  const given = !asWritten.success && isOfACrd(kind) ? withoutNulls(schema, written) : written
  const result = given === written ? asWritten : schema.safeParse(given)
  if (!result.success) sink.push(...schemaFindings(result.error.issues, given, base))
  if (kind.owner !== 'kubernetes' && factsOf(schema)) {
    for (const { path, suggestion } of unknownFields(schema, written, base)) sink.push({ path, finding: found.unknownField(String(path.at(-1)), suggestion) })
    if (!kind.specAtRoot) for (const name of Object.keys(object)) if (!OBJECT_FIELDS.has(name)) sink.push({ path: [name], finding: found.unknownField(name) })
  }
  return result.success ? { spec: result.data } : { schema, given, base, issues: result.error.issues }
}

/** The schema of the version as written. */
const schemaFor = <Spec>(kind: Kind<Spec>, { apiVersion }: Readonly<Record<string, unknown>>): z.ZodType<Spec> =>
  kind.schemaOf?.(parseApiVersion(textOr(apiVersion, '')).version) ?? kind.schema()

/** Whether an API server checks objects of the kind by a CRD, and takes out nulls before. */
const isOfACrd = (kind: Kind): boolean => kind.owner === 'istio' || kind.owner === 'gateway-api'

const isSpecRequired = (kind: Kind & { readonly specRequired?: boolean }): boolean => kind.specRequired === true

const rootFields = (object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== 'apiVersion' && name !== 'kind' && name !== 'metadata' && name !== 'status'))

function readStatus<Status>(kind: Kind<unknown, Status>, object: Readonly<Record<string, unknown>>, sink: LocatedFinding[]): Status | undefined {
  const given = object['status']
  if (given === undefined || given === null || !kind.statusSchema) return undefined
  const result = kind.statusSchema().safeParse(given)
  if (!result.success) sink.push(...schemaFindings(result.error.issues, given, ['status']))
  return result.success ? result.data : undefined
}

/** Objects of Kubernetes' own kinds are large and shared with the watch that read them; they are left as they are. */
const freezes = (kind: Kind): boolean => kind.owner !== 'kubernetes'

/** Freezes what was made here; a source document has a life of its own. */
function freezeResource({ metadata, spec, status }: Resource): void {
  for (const part of [metadata, spec, status]) deepFreeze(part, 64)
}

function deepFreeze(value: unknown, levels: number): void {
  if (typeof value !== 'object' || value === null || levels === 0 || Object.isFrozen(value)) return
  for (const child of Object.values(value)) deepFreeze(child, levels - 1)
  Object.freeze(value)
}
