/** Objects of which few fields are set, as most of Istio's API: zod looks at every field of the schema and makes something for each. */
import * as z from 'zod'
// Not by `z.core`, which would bring all of it into the bundle of one kind.
import { $constructor } from 'zod/v4/core'
import { isRecord } from '../../../validation/is-record.ts'

type Payload = z.core.ParsePayload
type Context = z.core.ParseContextInternal

/** A field of the schema, as reading needs it. */
interface ReadField {
  readonly name: string
  readonly run: (payload: Payload, context: Context) => z.core.util.MaybeAsync<Payload>
  /** Absent, it is fine and adds nothing. */
  readonly mayBeAbsent: boolean
}

/**
 * A loose object that looks at absent fields only where they have a default or are required: half the time of a validation. A value with
 * an issue or an unknown field is read once more by zod itself, so that what is said and kept is zod's.
 */
const SparseObject = /* @__PURE__ */ $constructor<z.ZodObject, z.core.$ZodObjectDef>('SparseObject', (node, definition) => {
  void z.ZodObject.init(node, definition)
  const whole = node._zod.parse
  let fields: readonly ReadField[] | undefined
  node._zod.parse = (payload, context) => {
    fields ??= Object.entries(node._zod.def.shape).map(([name, { _zod }]): ReadField => ({ name, run: _zod.run, mayBeAbsent: _zod.optin === 'optional' }))
    const value = goodObject(payload.value, fields, context)
    if (value === undefined) return whole(payload, context)
    payload.value = value
    return payload
  }
})

function goodObject(given: unknown, fields: readonly ReadField[], context: Context): object | undefined {
  if (!isRecord(given)) return undefined
  const object: Record<string, unknown> = {}
  let known = 0
  for (const { name, run, mayBeAbsent } of fields) {
    const value = given[name]
    if (value === undefined && mayBeAbsent) continue
    const result = run({ value, issues: [] }, context)
    if (result instanceof Promise || result.issues.length > 0 || result.value === undefined) return undefined
    object[name] = result.value
    if (value !== undefined) known++
  }
  return Object.keys(given).length === known ? object : undefined
}

/** Makes such an object; its unknown fields are kept. */
export const sparseObject = (shape: z.core.$ZodShape): z.ZodObject => new SparseObject({ type: 'object', shape, catchall: z.unknown() })
