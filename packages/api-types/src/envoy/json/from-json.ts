/**
 * JSON of any origin to messages in memory, strictly: whatever does not fit is a problem with its path, never a silent loss and never
 * an exception. @see https://protobuf.dev/programming-guides/json/
 */
import { formatJsonPath } from '@istio-ts/foundation'
import { enumOfField, hasMessage, messageOf, tableOf, type Field, type Table } from '../schema/table.ts'
import { messageNameOf } from '../schema/type-url.ts'
import { isFields, RAW, setOwn, type Fields } from '../values.ts'
import { fromBase64 } from '../wire/base64.ts'
import { MAX_DEPTH } from '../wire/reader.ts'

/** Something in the JSON that the message has no place for. */
export interface JsonProblem {
  /** Where, e.g. `filterChains[0].name`; `''` is the message itself. */
  readonly path: string
  readonly message: string
}

/** A place in the JSON; the path text is made only when there is a problem. */
interface Place {
  readonly outer: Place | undefined
  readonly step: string | number
  readonly depth: number
}

interface Findings {
  readonly problems: JsonProblem[]
}

/** What `undefined` stands for here: the value was refused and a problem noted. */
type Taken = unknown

function pathOf(place: Place | undefined): string {
  const steps: (string | number)[] = []
  for (let at = place; at !== undefined; at = at.outer) steps.unshift(at.step)
  return formatJsonPath(steps)
}

function refuse(findings: Findings, place: Place | undefined, message: string): undefined {
  findings.problems.push({ path: pathOf(place), message })
  return undefined
}

const into = (outer: Place | undefined, step: string | number): Place => ({ outer, step, depth: (outer?.depth ?? 0) + 1 })

/** What fits is in `value` (the rest is left out), what does not is in `problems`. Never throws for what `json` holds. @throws MeshError MESH0197 */
export function messageFromJson(name: string, json: unknown): { readonly value: unknown; readonly problems: readonly JsonProblem[] } {
  const findings: Findings = { problems: [] }
  const value = takeMessage(tableOf(name), json, findings, undefined)
  return { value: value === undefined ? {} : value, problems: findings.problems }
}

function takeMessage(table: Table, json: unknown, findings: Findings, place: Place | undefined): Taken {
  if ((place?.depth ?? 0) > MAX_DEPTH) return refuse(findings, place, `nests deeper than ${MAX_DEPTH}`)
  if (table.leaf !== undefined) {
    const taken = table.leaf.fromJson(json)
    return 'problem' in taken ? refuse(findings, place, taken.problem) : taken.value
  }
  if (!isFields(json)) return refuse(findings, place, `expected an object (${table.name})`)
  return table.isAny ? takeAny(json, findings, place) : takeFields(table, json, {}, findings, place)
}

function takeFields(table: Table, json: Fields, message: Fields, findings: Findings, place: Place | undefined): Fields {
  for (const name of Object.keys(json)) {
    // The type of an Any has been taken already; elsewhere it is a field that does not exist.
    if (name === '@type' && message['@type'] !== undefined) continue
    const field = table.byName.get(name)
    if (field === undefined) {
      refuse(findings, into(place, name), `${table.name} has no such field`)
      continue
    }
    const at = into(place, name)
    if (message[field.json] !== undefined) refuse(findings, at, 'the field is given twice, under both of its names')
    const value = takeField(field, json[name], findings, at)
    if (value !== undefined && isAlone(field, message, findings, at)) message[field.json] = value
  }
  return message
}

function isAlone(field: Field, message: Fields, findings: Findings, place: Place): boolean {
  const rival = field.rivals.find((name) => message[name] !== undefined)
  if (rival === undefined) return true
  refuse(findings, place, `only one of ${rival} and ${field.json} may be set`)
  return false
}

const holdsNull = (field: Field): boolean => field.ref === 'google.protobuf.Value' || field.ref === 'google.protobuf.NullValue'

function takeField(field: Field, json: unknown, findings: Findings, place: Place): Taken {
  if (json === undefined) return undefined
  if (field.flag === '*') return takeList(field, json, findings, place)
  if (field.entry !== undefined) return takeMap(field.entry, json, findings, place)
  // null means "not set" for everything that is not itself a JSON value.
  if (json === null && !holdsNull(field)) return undefined
  const value = takeSingle(field, json, findings, place)
  return field.presence || !isDefault(field, value) ? value : undefined
}

const isDefault = (field: Field, value: unknown): boolean => (field.type === 'e' ? value === enumOfField(field).names.get(0) : value !== undefined && field.scalar.isDefault(value))

function takeList(field: Field, json: unknown, findings: Findings, place: Place): Taken {
  if (json === null) return undefined
  if (!Array.isArray(json)) return refuse(findings, place, 'expected a list')
  const list = json.map((item, index) => takeSingle(field, item, findings, into(place, index))).filter((item) => item !== undefined)
  return list.length > 0 ? list : undefined
}

function takeMap(entry: NonNullable<Field['entry']>, json: unknown, findings: Findings, place: Place): Taken {
  if (json === null) return undefined
  if (!isFields(json)) return refuse(findings, place, 'expected an object')
  const map: Record<string, unknown> = {}
  for (const name of Object.keys(json)) {
    const at = into(place, name)
    const key = takeKey(entry.key, name)
    if (key === undefined) refuse(findings, at, `expected keys to be ${entry.key.scalar.expected}`)
    const value = takeSingle(entry.value, json[name], findings, at)
    if (key !== undefined && value !== undefined) setOwn(map, key, value)
  }
  return Object.keys(map).length > 0 ? map : undefined
}

function takeKey(field: Field, name: string): string | undefined {
  if (field.type === 'b') return name === 'true' || name === 'false' ? name : undefined
  // Unlike values, keys have no exponents.
  const key = field.type === 's' || /^-?\d+$/.test(name) ? field.scalar.fromJson(name) : undefined
  return key === undefined ? undefined : String(key)
}

function takeSingle(field: Field, json: unknown, findings: Findings, place: Place): Taken {
  if (field.type === 'm') return takeMessage(messageOf(field), json, findings, place)
  if (field.type === 'e') return takeEnum(field, json, findings, place)
  const value = field.scalar.fromJson(json)
  return value === undefined ? refuse(findings, place, `expected ${field.scalar.expected}`) : value
}

function takeEnum(field: Field, json: unknown, findings: Findings, place: Place): Taken {
  if (field.ref === 'google.protobuf.NullValue') return json === null || json === 'NULL_VALUE' ? null : refuse(findings, place, 'expected null')
  const { names, numbers } = enumOfField(field)
  if (typeof json === 'string') {
    const number = numbers.get(json)
    return number === undefined ? refuse(findings, place, `"${json}" is no ${field.ref}`) : names.get(number)
  }
  if (typeof json === 'number' && (json | 0) === json) return names.get(json) ?? (json || 0)
  return refuse(findings, place, `expected one of ${[...numbers.keys()].join(', ')}`)
}

function takeAny(json: Fields, findings: Findings, place: Place | undefined): Taken {
  if (Object.keys(json).length === 0) return { '@type': '' }
  const url = json['@type']
  if (typeof url !== 'string' || url === '') return refuse(findings, into(place, '@type'), 'expected a type URL')
  const any: Fields = { '@type': url }
  const name = messageNameOf(url)
  if (!hasMessage(name)) return takeRaw(json, any, findings, place)
  const table = tableOf(name)
  if (table.leaf === undefined && !table.isAny) return takeFields(table, json, any, findings, place)
  for (const other of Object.keys(json)) if (other !== '@type' && other !== 'value') refuse(findings, into(place, other), `${name} stands under "value"`)
  const value = takeMessage(table, json['value'] ?? (name === 'google.protobuf.Empty' ? {} : json['value']), findings, into(place, 'value'))
  if (value !== undefined) any['value'] = value
  return any
}

/** The body of an unknown type can only be bytes, as toJson writes them. */
function takeRaw(json: Fields, any: Fields, findings: Findings, place: Place | undefined): Taken {
  const { value, ...rest } = json
  if (Object.keys(rest).length > 1) return refuse(findings, into(place, '@type'), `the type ${String(any['@type'])} is not known, so its fields cannot be encoded; a TypedStruct can carry it`)
  const bytes = typeof value === 'string' ? fromBase64(value) : undefined
  if (value !== undefined && bytes === undefined) return refuse(findings, into(place, 'value'), 'expected base64')
  if (bytes !== undefined && bytes.length > 0) any[RAW] = bytes
  return any
}
