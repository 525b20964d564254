/** `google.protobuf.FieldMask`: `"displayName,user.photo"` in memory and JSON, snake_case paths on the wire. */
import type { LeafMessage } from './leaf.ts'

const NOT_A_MASK = 'expected comma separated lowerCamelCase paths'

const toSnake = (path: string): string => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const toCamel = (path: string): string => path.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const isMask = (value: unknown): value is string => typeof value === 'string' && !value.includes('_')

/** @see https://protobuf.dev/programming-guides/json/ */
export const FIELD_MASK: LeafMessage = {
  write: (writer, value) => {
    if (!isMask(value)) return NOT_A_MASK
    for (const path of value === '' ? [] : value.split(',')) {
      writer.varint(10)
      writer.text(toSnake(path))
    }
    return undefined
  },
  read: (reader, end) => {
    const paths: string[] = []
    while (reader.pos < end) {
      const tag = reader.varint(end)
      if (tag === 10) paths.push(toCamel(reader.text(end)))
      else reader.skip(tag, end)
    }
    return paths.join(',')
  },
  toJson: (value) => value,
  fromJson: (json) => (isMask(json) ? { value: json } : { problem: NOT_A_MASK }),
}
