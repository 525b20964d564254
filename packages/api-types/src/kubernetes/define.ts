/** How a Kubernetes kind is described: the fields we read, checked; every other field kept as it came. */
import * as z from 'zod'
import type { Kind } from '../kind.ts'
import { once } from '../once.ts'
import { nullsAbsent } from './absent-nulls.ts'

/** An optional field; absent stays absent (no `undefined` is filled in). Nulls were dropped before, see {@link nullsAbsent}. */
export const opt = z.exactOptional

/** A map of text to text, such as labels. */
export const stringMap = (): z.ZodType<Readonly<Record<string, string>>> => z.record(z.string(), z.string())

/** A port number, or the name of a container port. */
export const intOrString = (): z.ZodType<number | string> => z.union([z.number(), z.string()])

/** Free-form JSON that we hand on without reading. */
export const anyJson = (): z.ZodType<unknown> => z.unknown()

/** What differs from one Kubernetes kind to the next; the rest follows from it. */
export interface KubernetesKind<Spec, Status> {
  /** `''` is the core group, the default. */
  readonly group?: string
  readonly kind: string
  readonly plural: string
  /** Served versions, the one we write first; default `v1`. */
  readonly versions?: readonly string[]
  readonly shortNames?: readonly string[]
  /** Default `Namespaced`, as most are. */
  readonly scope?: Kind['scope']
  /** The kind has no `spec` of its own. */
  readonly specAtRoot?: boolean
  readonly schema: () => z.ZodType<Spec>
  readonly status?: () => z.ZodType<Status>
}

/** Completes the description of a Kubernetes kind. The API server has validated such an object, so the schema is lenient and `validate` finds nothing. */
export function kubernetesKind<Spec, Status = unknown>(facts: KubernetesKind<Spec, Status>): Kind<Spec, Status> {
  const schema = once(() => nullsAbsent(facts.schema()))
  const makeStatus = facts.status
  const status = makeStatus && once(() => nullsAbsent(makeStatus()))
  return {
    group: facts.group ?? '',
    kind: facts.kind,
    plural: facts.plural,
    singular: facts.kind.toLowerCase(),
    listKind: `${facts.kind}List`,
    shortNames: facts.shortNames ?? [],
    categories: [],
    scope: facts.scope ?? 'Namespaced',
    versions: (facts.versions ?? ['v1']).map((name, i) => ({ name, served: true, storage: i === 0, status: facts.status !== undefined })),
    specAtRoot: facts.specAtRoot ?? false,
    owner: 'kubernetes',
    schema,
    ...(status ? { statusSchema: status } : {}),
    validate: () => [],
  }
}
