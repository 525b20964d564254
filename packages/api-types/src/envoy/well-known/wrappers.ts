/** `google.protobuf.BoolValue` and its sisters: the plain value in memory and JSON. */
import { scalarOf, type Scalar } from '../wire/scalar.ts'
import type { LeafMessage } from './leaf-message.ts'

const wrapper = (scalar: Scalar, tag: number): LeafMessage => ({
  write: (writer, value) => {
    if (scalar.isDefault(value)) return undefined
    const before = writer.pos
    writer.varint(tag)
    if (scalar.write(writer, value)) return undefined
    writer.pos = before
    return `expected ${scalar.expected}`
  },
  read: (reader, end) => {
    let value: unknown
    while (reader.pos < end) {
      const found = reader.varint(end)
      if (found === tag) value = scalar.read(reader, end)
      else reader.skip(found, end)
    }
    return value ?? scalar.zero()
  },
  toJson: scalar.toJson,
  fromJson: (json) => {
    const value = scalar.fromJson(json)
    return value === undefined ? { problem: `expected ${scalar.expected}` } : { value }
  },
})

const VARINT_1 = 8
const FIXED64_1 = 9
const BLOCK_1 = 10
const FIXED32_1 = 13

/** Short name of each wrapper and its handling. */
export const WRAPPERS: readonly (readonly [string, LeafMessage])[] = [
  ['BoolValue', wrapper(scalarOf('b'), VARINT_1)],
  ['BytesValue', wrapper(scalarOf('y'), BLOCK_1)],
  ['DoubleValue', wrapper(scalarOf('d'), FIXED64_1)],
  ['FloatValue', wrapper(scalarOf('t'), FIXED32_1)],
  ['Int32Value', wrapper(scalarOf('i'), VARINT_1)],
  ['Int64Value', wrapper(scalarOf('I'), VARINT_1)],
  ['StringValue', wrapper(scalarOf('s'), BLOCK_1)],
  ['UInt32Value', wrapper(scalarOf('u'), VARINT_1)],
  ['UInt64Value', wrapper(scalarOf('U'), VARINT_1)],
]
