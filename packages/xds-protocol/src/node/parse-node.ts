/** Who a client says it is: `envoy.config.core.v3.Node`, read without trust (limits on depth and size; no names reach a prototype). */
import { malformedMessage } from '../errors.ts'
import { readFields, readText } from '../wire/proto-reader.ts'

/** A value of a google.protobuf.Struct. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** An extension that an Envoy announces. @see DESIGN.md "Two data planes, one config" */
export interface AnnouncedExtension {
  readonly name: string
  readonly category: string
  /** Full message names, without `type.googleapis.com/`. */
  readonly typeUrls: readonly string[]
}

/** The node as sent. */
export interface XdsNode {
  readonly id: string
  readonly cluster: string
  readonly metadata: { readonly [name: string]: JsonValue }
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string }
  readonly userAgentName: string
  readonly extensions: readonly AnnouncedExtension[]
  readonly clientFeatures: readonly string[]
}

/** Deeper metadata is refused: nobody needs it, and recursion is an attack. */
const MAX_DEPTH = 32

/** Reads an encoded node. @throws MeshError MESH0501 */
export function parseNode(bytes: Uint8Array): XdsNode {
  let [id, cluster, userAgentName] = ['', '', '']
  let metadata: XdsNode['metadata'] = {}
  let locality: XdsNode['locality'] = { region: '', zone: '', subZone: '' }
  const extensions: AnnouncedExtension[] = []
  const clientFeatures: string[] = []
  for (const part of readFields(bytes)) {
    switch (part.field) {
      case 1: id = readText(part.bytes); break
      case 2: cluster = readText(part.bytes); break
      case 3: metadata = readStruct(part.bytes, 0); break
      case 4: locality = readLocality(part.bytes); break
      case 6: userAgentName = readText(part.bytes); break
      case 9: extensions.push(readExtension(part.bytes)); break
      case 10: clientFeatures.push(readText(part.bytes)); break
      default: break
    }
  }
  return { id, cluster, metadata, locality, userAgentName, extensions: extensions.filter(({ category }) => category !== ''), clientFeatures }
}

function readLocality(bytes: Uint8Array): XdsNode['locality'] {
  const found = ['', '', '', '']
  for (const part of readFields(bytes)) if (part.field <= 3) found[part.field] = readText(part.bytes)
  return { region: found[1] ?? '', zone: found[2] ?? '', subZone: found[3] ?? '' }
}

/** A disabled extension counts as absent. */
function readExtension(bytes: Uint8Array): AnnouncedExtension {
  let [name, category, disabled] = ['', '', false]
  const typeUrls: string[] = []
  for (const part of readFields(bytes)) {
    switch (part.field) {
      case 1: name = readText(part.bytes); break
      case 2: category = readText(part.bytes); break
      case 5: disabled = part.number !== 0; break
      case 6: typeUrls.push(readText(part.bytes)); break
      default: break
    }
  }
  return { name, category: disabled ? '' : category, typeUrls }
}

function readStruct(bytes: Uint8Array, depth: number): { readonly [name: string]: JsonValue } {
  if (depth > MAX_DEPTH) throw malformedMessage('node metadata is nested too deep', 0)
  const entries: [string, JsonValue][] = []
  for (const part of readFields(bytes)) {
    if (part.field !== 1) continue
    let name = ''
    let value: JsonValue = null
    for (const side of readFields(part.bytes)) {
      if (side.field === 1) name = readText(side.bytes)
      else if (side.field === 2) value = readValue(side.bytes, depth + 1)
    }
    entries.push([name, value])
  }
  // fromEntries defines own properties, so a key `__proto__` stays data.
  return Object.fromEntries(entries)
}

function readValue(bytes: Uint8Array, depth: number): JsonValue {
  let value: JsonValue = null
  for (const part of readFields(bytes)) {
    switch (part.field) {
      case 2: value = part.bytes.length === 8 ? new DataView(part.bytes.buffer, part.bytes.byteOffset, 8).getFloat64(0, true) : 0; break
      case 3: value = readText(part.bytes); break
      case 4: value = part.number !== 0; break
      case 5: value = readStruct(part.bytes, depth); break
      case 6: value = [...readFields(part.bytes)].map((item) => readValue(item.bytes, depth + 1)); break
      default: value = null
    }
    if (depth > MAX_DEPTH) throw malformedMessage('node metadata is nested too deep', 0)
  }
  return value
}
