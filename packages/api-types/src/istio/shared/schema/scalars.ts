/** Scalar fields: text, numbers, switches, enums and durations, each with what a CRD says of it. */
import { parseDuration } from '@istio-ts/foundation'
import * as z from 'zod'
import { celCheck, celFacts, rule, type CelRule } from './cel.ts'
import { factsOf, withFacts, type CrdFacts } from './crd-facts.ts'
import { once } from '../../../once.ts'

/** A zod node whose output is `T`. */
export type Field<T> = z.ZodType<T>

/** Limits of a text. Lengths count characters. */
export interface TextLimits {
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly rules?: readonly CelRule<string>[]
}

/** A text. */
export const text = (limits?: TextLimits): Field<string> => (limits ? limitedText(limits) : plainText())

/** Plain fields share one node each: nodes never change, and making one costs about 11 us. */
const plainText = once((): Field<string> => withFacts(z.string(), { type: 'string' }))

function limitedText(limits: TextLimits): Field<string> {
  const { minLength, maxLength, pattern, rules } = limits
  let schema = z.string()
  if (minLength !== undefined) schema = schema.min(minLength)
  if (maxLength !== undefined) schema = schema.max(maxLength)
  if (pattern !== undefined) schema = schema.regex(new RegExp(pattern))
  if (rules) schema = schema.check(celCheck(rules))
  const length = { ...(minLength === undefined ? {} : { minLength }), ...(maxLength === undefined ? {} : { maxLength }) }
  return withFacts(schema, { type: 'string', ...length, ...(pattern === undefined ? {} : { pattern }), ...celFacts(rules) })
}

/** `bytes`: base64 text. */
export const bytes = (): Field<string> => withFacts(z.string(), { type: 'string', format: 'byte' })

/** A switch. */
export const bool = once((): Field<boolean> => withFacts(z.boolean(), { type: 'boolean' }))

/** Limits of a number, both ends inside. */
export interface NumberLimits {
  readonly minimum?: number
  readonly maximum?: number
  readonly rules?: readonly CelRule<number>[]
}

/** protobuf `int32`. */
export const int32 = (limits?: NumberLimits): Field<number> => (limits ? limitedInt32(limits) : plainInt32())

const plainInt32 = once(() => limitedInt32({}))
const limitedInt32 = (limits: NumberLimits): Field<number> => integer({ type: 'integer', format: 'int32' }, limits, -(2 ** 31), 2 ** 31 - 1)

/** protobuf `uint32`; Istio's CRDs bound it by 0 and 4294967295 unless the field says otherwise. */
export const uint32 = (limits?: NumberLimits): Field<number> => (limits ? limitedUint32(limits) : plainUint32())

const plainUint32 = once(() => limitedUint32({}))
const limitedUint32 = (limits: NumberLimits): Field<number> => integer({ type: 'integer' }, { minimum: 0, maximum: 4294967295, ...limits }, 0, 4294967295)

/** protobuf `uint64`; exact up to 2^53 - 1. */
export const uint64 = (limits: NumberLimits = {}): Field<number> => integer({ type: 'integer' }, { minimum: 0, ...limits }, 0, Number.MAX_SAFE_INTEGER)

/** An integer without a format. */
export const plainInteger = (limits: NumberLimits = {}): Field<number> => integer({ type: 'integer' }, limits, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)

/** protobuf `double`. */
export function double(limits: NumberLimits = {}): Field<number> {
  let schema = z.number()
  if (limits.minimum !== undefined) schema = schema.min(limits.minimum)
  if (limits.maximum !== undefined) schema = schema.max(limits.maximum)
  if (limits.rules) schema = schema.check(celCheck(limits.rules))
  return withFacts(schema, { type: 'number', format: 'double', ...boundFacts(limits), ...celFacts(limits.rules) })
}

/** The message of an integer that is none; it tells integers from numbers in issues. */
export const INTEGER = 'integer'

function integer(kind: CrdFacts, limits: NumberLimits, least: number, most: number): Field<number> {
  let schema: z.ZodNumber = z.int(INTEGER).min(limits.minimum ?? least).max(limits.maximum ?? most)
  if (limits.rules) schema = schema.check(celCheck(limits.rules))
  return withFacts(schema, { ...kind, ...boundFacts(limits), ...celFacts(limits.rules) })
}

const boundFacts = ({ minimum, maximum }: NumberLimits): CrdFacts => ({ ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) })

const PORT_RULE = rule<number>('port must be between 1-65535', '0 < self && self <= 65535', (port) => port > 0 && port <= 65535)

/** A port number that the CRD bounds by a CEL rule. */
export const portNumber = once(() => uint32({ rules: [PORT_RULE] }))

/** One of these names. Numbers of the protobuf enum are refused, as the API server refuses them. */
export const enumeration = <const V extends string>(values: readonly V[]): Field<V> => withFacts(z.enum(values), { type: 'string', enum: values })

const DURATION_RULE = rule<string>('must be a valid duration greater than 1ms', "duration(self) >= duration('1ms')", (self) => {
  const ms = parseDuration(self)
  return ms === undefined ? "type conversion error from 'string' to 'google.protobuf.Duration'" : ms >= 1
})

/** A Go duration (`1h30m`, `0.5s`) of at least 1 ms; a CEL rule of the CRD says so. */
export const duration = once(() => text({ rules: [DURATION_RULE] }))

/** What {@link plainDuration} says of a text that is no duration. */
export const BAD_DURATION = 'is not a duration such as 1h, 1m, 1s or 1ms.'

/** A Go duration for which the CRD states no bound (the control plane still has to read it). */
export const plainDuration = (): Field<string> =>
  withFacts(z.string().refine((self) => parseDuration(self) !== undefined, BAD_DURATION), { type: 'string' })

/** A wrapper value of protobuf (`google.protobuf.BoolValue`, ...): null may be written and means absent. */
export function nullable<T>(field: Field<T>): Field<T> {
  const facts = { ...factsOf(field), nullable: true } as const
  return withFacts(field.nullish().transform((value) => value ?? undefined), facts) as unknown as Field<T>
}
