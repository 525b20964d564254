/** The well-known messages whose JSON form is one value: what they look like in memory, on the wire and in JSON. */
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { DURATION } from './duration.ts'
import { FIELD_MASK } from './field-mask.ts'
import { LIST_VALUE, STRUCT, VALUE } from './struct.ts'
import { TIMESTAMP } from './timestamp.ts'
import { WRAPPERS } from './wrappers.ts'

/** How one well-known message is written and read. In memory it is its JSON form, except that `BytesValue` holds bytes. */
export interface LeafMessage {
  /** Writes the message's fields. The answer says what is wrong with the value, if something is. */
  readonly write: (writer: Writer, value: unknown) => string | undefined
  /** Reads the message's fields up to `end`. @throws MeshError MESH0195 */
  readonly read: (reader: Reader, end: number) => unknown
  /** JSON-ready form of a value in memory. */
  readonly toJson: (value: unknown) => unknown
  /** Value in memory of a JSON value, or what is wrong with it. */
  readonly fromJson: (json: unknown) => { readonly value: unknown } | { readonly problem: string }
}

const EMPTY: LeafMessage = {
  write: (_, value) => (typeof value === 'object' && value !== null ? undefined : 'expected {}'),
  read: (reader, end) => {
    while (reader.pos < end) reader.skip(reader.varint(end), end)
    return {}
  },
  toJson: () => ({}),
  fromJson: (json) => (typeof json === 'object' && json !== null && !Array.isArray(json) && Object.keys(json).length === 0 ? { value: {} } : { problem: 'expected {}' }),
}

const LEAVES: ReadonlyMap<string, LeafMessage> = new Map<string, LeafMessage>([
  ['Duration', DURATION],
  ['Empty', EMPTY],
  ['FieldMask', FIELD_MASK],
  ['ListValue', LIST_VALUE],
  ['Struct', STRUCT],
  ['Timestamp', TIMESTAMP],
  ['Value', VALUE],
  ...WRAPPERS,
])

const PREFIX = 'google.protobuf.'

/** The well-known message of that full name, if it has a JSON form of its own (`Any` is not a leaf). */
export const leafMessage = (name: string): LeafMessage | undefined => (name.startsWith(PREFIX) ? LEAVES.get(name.slice(PREFIX.length)) : undefined)
