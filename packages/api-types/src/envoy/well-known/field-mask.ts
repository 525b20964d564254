/** `google.protobuf.FieldMask`: `"displayName,user.photo"` in memory and JSON, snake_case paths on the wire. */
import type { LeafMessage } from './leaf-message.ts'

const NOT_A_MASK = 'expected comma separated lowerCamelCase paths'

const toSnake = (path: string): string => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const toCamel = (path: string): string => path.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const isMask = (value: unknown): value is string => typeof value === 'string' && !value.includes('_')

/** What JSON may say: names with points between them. */
const PATH = /^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*$/

/** The mask of a text without the blanks around it; undefined if one of its paths is none. */
function parse(text: string): string | undefined {
  const mask = text.trim()
  return mask === '' || mask.split(',').every((path) => PATH.test(path)) ? mask : undefined
}

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
  fromJson: (json) => {
    const value = typeof json === 'string' ? parse(json) : undefined
    return value === undefined ? { problem: NOT_A_MASK } : { value }
  },
}
