/** Finds fields that a schema does not know: most often a misspelling, which the API server would drop in silence. */
import type { JsonPath } from '@istio-ts/foundation'
import * as z from 'zod'
import { editDistance } from '../../../validation/edit-distance.ts'
import { isRecord } from '../../../validation/is-record.ts'
import { coreOf, factsOf } from './crd-facts.ts'

/** A field nobody reads, with the known name it resembles most. */
export interface UnknownField {
  readonly path: JsonPath
  readonly suggestion?: string
}

/** A field that was found, its path still in the order in which the walk comes back: last step first. */
interface FoundField {
  readonly steps: (string | number)[]
  readonly suggestion: string | undefined
}

type Walk = (value: unknown, found: FoundField[]) => void

const walks = new WeakMap<z.ZodType, Walk>()

/** All unknown fields of a value, in its order. The value need not fit the schema. */
export function unknownFields(schema: z.ZodType, value: unknown, path: JsonPath): readonly UnknownField[] {
  const found: FoundField[] = []
  walkOf(schema)?.(value, found)
  return found.map(({ steps, suggestion }) => ({ path: [...path, ...steps.reverse()], ...(suggestion === undefined ? {} : { suggestion }) }))
}

/** A walk is made once per node; undefined where nothing below can be unknown. */
function walkOf(schema: z.ZodType): Walk | undefined {
  const core = coreOf(schema)
  const known = walks.get(core)
  if (known) return known
  const walk = makeWalk(core)
  if (walk) walks.set(core, walk)
  return walk
}

function makeWalk(core: z.ZodType): Walk | undefined {
  if (core instanceof z.ZodObject) return factsOf(core)?.['x-kubernetes-preserve-unknown-fields'] ? undefined : objectWalk(core.shape)
  if (core instanceof z.ZodArray && core.element instanceof z.ZodType) return arrayWalk(walkOf(core.element))
  if (core instanceof z.ZodRecord && core.valueType instanceof z.ZodType) return recordWalk(walkOf(core.valueType))
  return undefined
}

function objectWalk(shape: Readonly<Record<string, unknown>>): Walk {
  const fields = new Map(Object.entries(shape).map(([name, child]) => [name, child instanceof z.ZodType ? walkOf(child) : undefined]))
  return (value, found) => {
    if (!isRecord(value)) return
    for (const name of Object.keys(value)) {
      const child = value[name]
      if (!fields.has(name)) found.push({ steps: [name], suggestion: nearest(name, fields.keys()) })
      else if (typeof child === 'object') below(name, child, fields.get(name), found)
    }
  }
}

const arrayWalk = (item: Walk | undefined): Walk | undefined =>
  item && ((value, found) => {
    if (Array.isArray(value)) for (let index = 0; index < value.length; index++) below(index, value[index], item, found)
  })

const recordWalk = (item: Walk | undefined): Walk | undefined =>
  item && ((value, found) => {
    if (isRecord(value)) for (const name of Object.keys(value)) below(name, value[name], item, found)
  })

/** Walks what stands at a step. Nearly always nothing is found, and no path is made. */
function below(step: string | number, value: unknown, walk: Walk | undefined, found: FoundField[]): void {
  const before = found.length
  walk?.(value, found)
  for (let i = before; i < found.length; i++) found[i]?.steps.push(step)
}

/** The known name that differs least, if it differs by at most a third of its letters; case and `_` do not count. */
function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > 64) return undefined
  const plain = (text: string): string => text.replaceAll(/[_-]/g, '').toLowerCase()
  let best: { readonly candidate: string; readonly distance: number } | undefined
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate))
    if (distance * 3 <= candidate.length && (!best || distance < best.distance)) best = { candidate, distance }
  }
  return best?.candidate
}
