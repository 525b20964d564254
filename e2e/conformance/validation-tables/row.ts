/** One row of a table: what a validator is given and what it should say. */
import { collect, type Findings, type LocatedFinding } from '../../../packages/api-types/src/validation/findings.ts'

/** A row as it stands in `tables/*.json`. */
export interface Row {
  readonly id: string
  readonly name: string
  readonly function: string
  readonly kind?: string
  readonly message?: string
  readonly specMessage?: string
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly spec: unknown
  readonly args?: Readonly<Record<string, unknown>>
  readonly valid: boolean
  readonly error?: string
  readonly warning?: boolean
  readonly warningText?: string
}

/** Runs our validator of the same meaning on a row. */
export type RowValidator = (row: Row) => readonly LocatedFinding[]

/** A validator that takes the spec and adds findings. The rows hold what such a validator is given, so the type is taken on trust. */
export const checks =
  <T>(check: (spec: T, at: Findings, row: Row) => void): RowValidator =>
  (row) =>
    collect((at) => check(row.spec as T, at, row))

/** The same for a message that may be absent (null). */
export const checksOptional = <T>(check: (spec: T | undefined, at: Findings, row: Row) => void): RowValidator => checks<T | null>((spec, at, row) => check(spec ?? undefined, at, row))

/** Spells `{"$repeat": text, "$count": n}` out. */
export function spelledOut(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(spelledOut)
  if ('$repeat' in value && '$count' in value) return String(value.$repeat).repeat(Number(value.$count))
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, spelledOut(child)]))
}
