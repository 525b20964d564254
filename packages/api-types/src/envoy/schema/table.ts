/** Tables that drive the codec: made from a message's line in the descriptor when the message is first met. */
import { unknownMessage } from '../errors.ts'
import { ENUMS, MESSAGES } from '../gen/descriptor.ts'
import { leafMessage } from '../well-known/leaf.ts'
import type { LeafMessage } from '../well-known/leaf-message.ts'
import { scalarOf, type Scalar } from '../wire/scalar.ts'

/** One field, ready for use. `type`, `flag` and the grammar: tools/codegen/emit-descriptor.ts. */
export interface Field {
  /** Name in the .proto file. */
  readonly name: string
  /** Name in JSON and in memory. */
  readonly json: string
  readonly number: number
  /** Letter of the type; for a map, of its values. */
  readonly type: string
  /** `''`, `'*'` repeated, `'?'` scalar with presence, `'%'` map. */
  readonly flag: string
  /** Full name of the message or enum, else `''`. */
  readonly ref: string
  /** A default value is written too, because absent and default differ. */
  readonly presence: boolean
  /** Number and wire type of what encode writes. */
  readonly tag: number
  /** Wire type of a single value. */
  readonly wire: number
  /** Repeated scalars share one block. */
  readonly packed: boolean
  /** JSON names of the other members of the oneof; the oneof's own name for messages to people. */
  readonly rivals: readonly string[]
  readonly oneof: string
  /** Of a map: the fields of its entries. */
  readonly entry: { readonly key: Field; readonly value: Field } | undefined
  /** Width of the last length written: a guess that saves moving bytes, never visible in the result. */
  width: number
  /** How a scalar (not an enum) is handled. */
  readonly scalar: Scalar
  /** Resolved on first use, see {@link messageOf} and {@link enumOfField}. */
  message: Table | undefined
  values: EnumTable | undefined
}

/** The property names of a value, in its own order, and its fields in number order. */
export interface Plan {
  readonly names: readonly string[]
  readonly fields: readonly Field[]
}

const NOTHING: Plan = { names: [], fields: [] }

/** The plan of the value that was encoded last: a guess that saves lookups, never visible in the result. */
export interface Plans {
  /** Whether these values are bodies of an Any. */
  readonly inAny: boolean
  last: Plan
}

/** One message, ready for use. */
export interface Table {
  readonly name: string
  /** In number order. */
  readonly fields: readonly Field[]
  readonly byNumber: ReadonlyMap<number, Field>
  /** The fields with small numbers at their number: faster than the map, which has them all. */
  readonly dense: readonly (Field | undefined)[]
  /** By JSON name. */
  readonly byJson: ReadonlyMap<string, Field>
  /** By JSON name and by the name in the .proto file: proto3 JSON readers accept both. */
  readonly byName: ReadonlyMap<string, Field>
  readonly plans: Plans
  readonly bodyPlans: Plans
  /** Set for the well-known types with a JSON form of their own. */
  readonly leaf: LeafMessage | undefined
  readonly isAny: boolean
}

/** One enum: first name of each number, number of each name. */
export interface EnumTable {
  readonly names: ReadonlyMap<number, string>
  readonly numbers: ReadonlyMap<string, number>
}

const VARINT = 0
const FIXED64 = 1
const BLOCK = 2
const FIXED32 = 5

const wireType = (type: string): number => ('smy'.includes(type) ? BLOCK : 'dXF'.includes(type) ? FIXED64 : 'txf'.includes(type) ? FIXED32 : VARINT)

/** proto3's rule: `_x` becomes `X`. */
const jsonName = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

const TOKEN = /^([^=]+)=(\d+)(\*|\?|%(.))?(.)(?::([^@]+))?(?:@(.+))?$/

function fullRef(ref: string, owner: string): string {
  if (ref.startsWith('~')) return `google.protobuf.${ref.slice(1)}`
  return ref.startsWith('.') ? owner.slice(0, owner.search(/\.[A-Z]/)) + ref : ref
}

interface Parts {
  readonly name: string
  readonly number: number
  readonly type: string
  readonly flag: string
  readonly ref: string
  readonly oneof: string
  readonly presence: boolean
}

function makeField(parts: Parts, rivals: readonly string[], entry?: Field['entry']): Field {
  const packed = parts.flag === '*' && wireType(parts.type) !== BLOCK
  const wire = entry === undefined ? wireType(parts.type) : BLOCK
  const tag = (parts.number << 3) | (packed ? BLOCK : wire)
  return { ...parts, json: jsonName(parts.name), tag: tag >>> 0, wire, packed, rivals, entry, width: 1, scalar: scalarOf(parts.type), message: undefined, values: undefined }
}

function parseField(token: string, owner: string, tokens: readonly string[]): Field {
  const [, name = '', number = '', flags = '', keyType = '', type = '', ref = '', oneof = ''] = TOKEN.exec(token) ?? []
  const parts: Parts = { name, number: Number(number), type, flag: flags.charAt(0), ref: fullRef(ref, owner), oneof, presence: flags === '?' || oneof !== '' || type === 'm' }
  if (parts.flag === '%') {
    const key = makeField({ ...parts, name: 'key', number: 1, type: keyType, flag: '', ref: '', presence: true }, [])
    const value = makeField({ ...parts, name: 'value', number: 2, flag: '', presence: true }, [])
    return makeField(parts, [], { key, value })
  }
  const rivals = oneof === '' ? [] : tokens.filter((other) => other !== token && other.endsWith(`@${oneof}`)).map((other) => jsonName(other.slice(0, other.indexOf('='))))
  return makeField(parts, rivals)
}

/** Nearly all fields have smaller numbers. */
const DENSE = 16

function makeTable(name: string): Table {
  const leaf = leafMessage(name)
  const text = MESSAGES[name]
  if (text === undefined && leaf === undefined && name !== ANY) throw unknownMessage(name)
  const tokens = text === undefined || text === '' ? [] : text.split(' ')
  const fields = tokens.map((token) => parseField(token, name, tokens))
  return {
    name,
    fields,
    dense: Array.from({ length: DENSE }, (_, number) => fields.find((field) => field.number === number)),
    byNumber: new Map(fields.map((field) => [field.number, field])),
    byName: new Map(fields.flatMap((field) => [[field.json, field] as const, [field.name, field] as const])),
    byJson: new Map(fields.map((field) => [field.json, field])),
    plans: { inAny: false, last: NOTHING },
    bodyPlans: { inAny: true, last: NOTHING },
    leaf,
    isAny: name === ANY,
  }
}

function makeEnum(name: string): EnumTable {
  const text = ENUMS[name]
  if (text === undefined) throw unknownMessage(name)
  const values = text.split(' ').map((token) => [token.slice(0, token.indexOf('=')), Number(token.slice(token.indexOf('=') + 1))] as const)
  const names = new Map<number, string>()
  for (const [value, number] of values) if (!names.has(number)) names.set(number, value)
  return { names, numbers: new Map(values) }
}

/** The message that holds others. */
export const ANY = 'google.protobuf.Any'

// Caches of derived, immutable tables; nobody can see when they are filled.
const tables = new Map<string, Table>()
const enums = new Map<string, EnumTable>()

/** The table of a message. @throws MeshError MESH0197 */
export function tableOf(name: string): Table {
  const known = tables.get(name)
  if (known !== undefined) return known
  const made = makeTable(name)
  tables.set(name, made)
  return made
}

/** The table of an enum. @throws MeshError MESH0197 */
export function enumOf(name: string): EnumTable {
  const known = enums.get(name)
  if (known !== undefined) return known
  const made = makeEnum(name)
  enums.set(name, made)
  return made
}

/** The table of the message that a field holds. */
export const messageOf = (field: Field): Table => (field.message ??= tableOf(field.ref))

/** The table of the enum that a field holds. */
export const enumOfField = (field: Field): EnumTable => (field.values ??= enumOf(field.ref))

/** Whether protos/ or the well-known types have a message of that name. */
export const hasMessage = (name: string): boolean => Object.hasOwn(MESSAGES, name) || name === ANY || leafMessage(name) !== undefined
