/** Reads protos/ into facts; protobufjs is used as a parser only. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { byText, jsonName, type EnumFact, type Facts, type FieldFact, type FileFact, type MessageFact, type ServiceFact } from './model.ts'

const withoutDot = (name: string): string => name.replace(/^\./, '')

function describeField(field: protobuf.Field): FieldFact {
  field.resolve()
  const ref = field.resolvedType === null ? undefined : withoutDot(field.resolvedType.fullName)
  const kind = field.resolvedType === null ? field.type : field.resolvedType instanceof protobuf.Enum ? 'enum' : 'message'
  const oneof = field.partOf === null || field.partOf.isProto3Optional ? undefined : field.partOf.name
  return {
    name: field.name,
    number: field.id,
    type: kind,
    ...(ref === undefined ? {} : { ref }),
    label: field.map ? 'map' : field.repeated ? 'repeated' : 'singular',
    ...(oneof === undefined ? {} : { oneof }),
    ...(field.partOf?.isProto3Optional ? { optional: true } : {}),
    json: jsonName(field.name),
    ...(field instanceof protobuf.MapField ? { mapKey: field.keyType } : {}),
    ...(field.options?.['deprecated'] === true ? { deprecated: true } : {}),
  }
}

interface Draft {
  package: string
  messages: MessageFact[]
  enums: EnumFact[]
  services: ServiceFact[]
}

function collect(item: protobuf.ReflectionObject, files: Map<string, Draft>, base: string): void {
  const path = item.filename?.startsWith(base) ? item.filename.slice(base.length + 1) : undefined
  const name = withoutDot(item.fullName)
  const draft = path === undefined ? undefined : draftOf(files, path, item)
  if (draft !== undefined && item instanceof protobuf.Type) draft.messages.push({ name, fields: item.fieldsArray.map(describeField).sort((left, right) => left.number - right.number) })
  if (draft !== undefined && item instanceof protobuf.Enum) draft.enums.push({ name, values: Object.entries(item.values).map(([value, number]) => ({ name: value, number })) })
  if (draft !== undefined && item instanceof protobuf.Service) draft.services.push({ name, methods: item.methodsArray.map(describeMethod) })
  if (item instanceof protobuf.Namespace) for (const nested of item.nestedArray) collect(nested, files, base)
}

function draftOf(files: Map<string, Draft>, path: string, item: protobuf.ReflectionObject): Draft {
  const known = files.get(path)
  if (known !== undefined) return known
  const draft: Draft = { package: withoutDot(item.parent?.fullName ?? ''), messages: [], enums: [], services: [] }
  files.set(path, draft)
  return draft
}

function describeMethod(method: protobuf.Method): ServiceFact['methods'][number] {
  method.resolve()
  return {
    name: method.name,
    input: withoutDot(method.resolvedRequestType?.fullName ?? ''),
    output: withoutDot(method.resolvedResponseType?.fullName ?? ''),
    ...(method.requestStream ? { clientStream: true } : {}),
    ...(method.responseStream ? { serverStream: true } : {}),
  }
}

/** All .proto files below `folder`, parsed and resolved. Files and messages are in text order, fields in number order. */
export function readProtos(folder: string): Facts {
  const root = new protobuf.Root()
  root.resolvePath = (_, target) => (target.startsWith(folder) ? target : protobuf.common.get(target) ? target : join(folder, target))
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.proto')).sort(byText)
  root.loadSync(paths.map((path) => join(folder, path)), { keepCase: true })
  root.resolveAll()
  const files = new Map<string, Draft>()
  collect(root, files, folder)
  return { files: Object.fromEntries([...files].sort(([left], [right]) => byText(left, right)).map(([path, draft]): [string, FileFact] => [path, draft])) }
}
