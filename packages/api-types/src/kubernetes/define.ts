/** How a Kubernetes kind is described: the fields we read, checked; every other field kept as it came. */
import * as z from 'zod'
import type { Kind } from '../kind.ts'
import { once } from '../once.ts'

/** An optional field; absent stays absent (no `undefined` is filled in). Nulls were dropped before, see {@link dropNulls}. */
export const opt = z.exactOptional

/** A map of text to text, such as labels. */
export const stringMap = (): z.ZodType<Readonly<Record<string, string>>> => z.record(z.string(), z.string())

/** A port number, or the name of a container port. */
export const intOrString = (): z.ZodType<number | string> => z.union([z.number(), z.string()])

/** Free-form JSON that we hand on without reading. */
export const anyJson = (): z.ZodType<unknown> => z.unknown()

/**
 * Drops the null fields of objects, at any depth: Kubernetes takes `ports: null` for "not given" in its own kinds.
 * Returns the same object when there is no null in it, so that large collections are not copied. Deeper than 64 levels is left as it is.
 */
export function dropNulls(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > 64) return value
  return Array.isArray(value) ? dropInList(value, depth) : dropInObject(value, depth)
}

function dropInList(list: readonly unknown[], depth: number): unknown {
  const out = list.map((item) => dropNulls(item, depth + 1))
  return out.some((item, i) => item !== list[i]) ? out : list
}

function dropInObject(object: object, depth: number): unknown {
  const entries = Object.entries(object)
  const kept = entries.filter(([, value]) => value !== null).map(([key, value]): [string, unknown] => [key, dropNulls(value, depth + 1)])
  const isSame = kept.length === entries.length && kept.every(([, value], i) => value === entries[i]?.[1])
  return isSame ? object : Object.fromEntries(kept)
}

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
  readonly validate?: Kind<Spec, Status>['validate']
  readonly owner?: Kind['owner']
}

/** Completes the description of a Kubernetes kind. The API server has validated such an object, so the schema is lenient and `validate` finds nothing unless given. */
export function kubernetesKind<Spec, Status = unknown>(facts: KubernetesKind<Spec, Status>): Kind<Spec, Status> {
  const schema = once(() => nullsAbsent(facts.schema()))
  const status = facts.status && once(nullsAbsentOf(facts.status))
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
    owner: facts.owner ?? 'kubernetes',
    schema,
    ...(status ? { statusSchema: status } : {}),
    validate: facts.validate ?? (() => []),
  }
}

const nullsAbsent = <T>(schema: z.ZodType<T>): z.ZodType<T> => z.preprocess((value) => dropNulls(value) ?? {}, schema)
const nullsAbsentOf = <T>(make: () => z.ZodType<T>) => (): z.ZodType<T> => nullsAbsent(make())
