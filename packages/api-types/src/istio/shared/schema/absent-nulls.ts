/** Takes out the nulls that the API server takes out: of fields and map entries that may not be null. `timeout: null` means no timeout. */
import * as z from 'zod'
import { hasNull } from '../../../validation/has-null.ts'
import { coreOf, factsOf } from './crd-facts.ts'

type Prune = (value: unknown) => unknown

const prunes = new WeakMap<z.ZodType, Prune>()

/**
 * The value without those nulls; the same object if there are none. Items of lists stay, and so do required fields and entries that
 * are messages (which are refused by their type then) and what the schema keeps unread.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting-and-nullable
 */
export const withoutNulls = (schema: z.ZodType, value: unknown): unknown => (hasNull(value) ? pruneOf(schema)(value) : value)

const asIs: Prune = (value) => value

function pruneOf(schema: z.ZodType): Prune {
  const core = coreOf(schema)
  const known = prunes.get(core)
  if (known) return known
  const made = makePrune(core)
  prunes.set(core, made)
  return made
}

function makePrune(core: z.ZodType): Prune {
  if (core instanceof z.ZodObject) {
    const required = new Set(factsOf(core)?.required)
    return entriesPrune(new Map(Object.entries(core.shape).flatMap(([name, child]) => (child instanceof z.ZodType ? [[name, fieldOf(child, required.has(name))] as const] : []))))
  }
  // Of a map of messages the API server takes nulls out too, but Istio refuses them in a file, and they are never meant.
  if (core instanceof z.ZodRecord && core.valueType instanceof z.ZodType) return entriesPrune(fieldOf(core.valueType, coreOf(core.valueType) instanceof z.ZodObject))
  if (!(core instanceof z.ZodArray && core.element instanceof z.ZodType)) return asIs
  const item = pruneOf(core.element)
  return (value) => (Array.isArray(value) ? value.map((child: unknown) => item(child)) : value)
}

interface FieldPrune {
  /** Null stays. */
  readonly keepsNull: boolean
  readonly prune: Prune
}

const fieldOf = (schema: z.ZodType, keepsNull = false): FieldPrune => ({ keepsNull: keepsNull || factsOf(schema)?.nullable === true, prune: pruneOf(schema) })

/** @param fields of an object by name, or the one of all entries of a map */
function entriesPrune(fields: ReadonlyMap<string, FieldPrune> | FieldPrune): Prune {
  const fieldAt = (name: string): FieldPrune | undefined => ('prune' in fields ? fields : fields.get(name))
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const kept = Object.entries(value).filter(([name, child]) => child !== null || (fieldAt(name)?.keepsNull ?? true))
    return Object.fromEntries(kept.map(([name, child]): [string, unknown] => [name, fieldAt(name)?.prune(child) ?? child]))
  }
}
