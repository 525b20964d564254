/** The well-known messages whose JSON form is one value: what they look like in memory, on the wire and in JSON. */
import { DURATION } from './duration.ts'
import { FIELD_MASK } from './field-mask.ts'
import type { LeafMessage } from './leaf-message.ts'
import { LIST_VALUE, STRUCT, VALUE } from './struct.ts'
import { TIMESTAMP } from './timestamp.ts'
import { WRAPPERS } from './wrappers.ts'

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
