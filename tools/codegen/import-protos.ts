/**
 * Writes protos/ from the facts that e2e/oracle prints (names, numbers, types, labels, oneofs): the files named in
 * protos/subset.txt and, of other files, the messages they need. Comments come from protos/subset.txt, so they are our own.
 *
 * Usage: node tools/codegen/import-protos.ts facts.json   (afterwards: node tools/codegen/generate.ts)
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { byText, type EnumFact, type Facts, type FieldFact, type FileFact, type MessageFact, type ServiceFact } from './model.ts'
import { readSubset, type Subset } from './subset.ts'

const WELL_KNOWN: Readonly<Record<string, string>> = {
  Any: 'any', Duration: 'duration', Empty: 'empty', FieldMask: 'field_mask', Struct: 'struct', Value: 'struct', ListValue: 'struct', NullValue: 'struct', Timestamp: 'timestamp',
}

/** File of a type: ours, or google's for the well-known ones. */
function fileOfType(index: ReadonlyMap<string, string>, name: string): string {
  const own = index.get(name)
  if (own !== undefined) return own
  const short = name.replace('google.protobuf.', '')
  return `google/protobuf/${WELL_KNOWN[short] ?? 'wrappers'}.proto`
}

/** The messages to write: all of the wanted files, what they refer to, and the messages around nested ones. */
function closure(facts: Facts, subset: Subset): ReadonlySet<string> {
  const messages = new Map(Object.values(facts.files).flatMap((file) => (file.messages ?? []).map((message) => [message.name, message] as const)))
  const enums = new Set(Object.values(facts.files).flatMap((file) => (file.enums ?? []).map((item) => item.name)))
  const wanted = new Set<string>()
  const todo = [...subset.files.keys()].flatMap((path) => [...(facts.files[path]?.messages ?? []), ...(facts.files[path]?.enums ?? [])].map((item) => item.name))
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (wanted.has(name) || (!messages.has(name) && !enums.has(name))) continue
    wanted.add(name)
    const outer = name.slice(0, name.lastIndexOf('.'))
    if (messages.has(outer) && !wanted.has(outer)) todo.push(outer)
    for (const field of messages.get(name)?.fields ?? []) if (field.ref !== undefined) todo.push(field.ref)
  }
  return wanted
}

/** How a field in `scope` writes a type: short within its package unless a nested type would shadow the short name. */
function reference(pkg: string, scope: string, ref: string, all: ReadonlySet<string>): string {
  if (!ref.startsWith(`${pkg}.`)) return `.${ref}`
  const short = ref.slice(pkg.length + 1)
  const first = short.split('.')[0] ?? short
  for (let at = scope; at.length > pkg.length; at = at.slice(0, at.lastIndexOf('.'))) if (all.has(`${at}.${first}`)) return `.${ref}`
  return short
}

function printField(field: FieldFact, pkg: string, scope: string, all: ReadonlySet<string>): string {
  const type = field.ref === undefined ? field.type : reference(pkg, scope, field.ref, all)
  const label = field.label === 'repeated' ? 'repeated ' : field.optional ? 'optional ' : ''
  const shape = field.label === 'map' ? `map<${field.mapKey}, ${type}>` : `${label}${type}`
  return `${shape} ${field.name} = ${field.number}${field.deprecated ? ' [deprecated = true]' : ''};`
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `  ${line}`))

const printEnum = (item: EnumFact): string[] => [
  `enum ${item.name.slice(item.name.lastIndexOf('.') + 1)} {`,
  ...(new Set(item.values.map((value) => value.number)).size < item.values.length ? ['  option allow_alias = true;'] : []),
  ...item.values.map((value) => `  ${value.name} = ${value.number};`),
  '}',
]

const isDirectlyInside = (outer: string, name: string): boolean => name.startsWith(`${outer}.`) && !name.slice(outer.length + 1).includes('.')

function printMessage(message: MessageFact, file: FileFact, all: ReadonlySet<string>): string[] {
  const lines: string[] = []
  for (const item of file.enums ?? []) if (isDirectlyInside(message.name, item.name) && all.has(item.name)) lines.push(...printEnum(item), '')
  for (const item of file.messages ?? []) if (isDirectlyInside(message.name, item.name) && all.has(item.name)) lines.push(...printMessage(item, file, all), '')
  const printed = new Set<string>()
  for (const field of message.fields) {
    if (field.oneof === undefined) {
      lines.push(printField(field, file.package, message.name, all))
    } else if (!printed.has(field.oneof)) {
      printed.add(field.oneof)
      const members = message.fields.filter((member) => member.oneof === field.oneof)
      lines.push(`oneof ${field.oneof} {`, ...indent(members.map((member) => printField(member, file.package, message.name, all))), '}')
    }
  }
  const name = message.name.slice(message.name.lastIndexOf('.') + 1)
  if (lines.length === 0) return [`message ${name} {}`]
  if (lines.at(-1) === '') lines.pop()
  return [`message ${name} {`, ...indent(lines), '}']
}

const printService = (service: ServiceFact): string[] => [
  `service ${service.name.slice(service.name.lastIndexOf('.') + 1)} {`,
  ...service.methods.map((method) => `  rpc ${method.name}(${method.clientStream ? 'stream ' : ''}.${method.input}) returns (${method.serverStream ? 'stream ' : ''}.${method.output});`),
  '}',
]

function printFile(path: string, file: FileFact, all: ReadonlySet<string>, index: ReadonlyMap<string, string>, comment: string): string {
  const messages = (file.messages ?? []).filter((message) => all.has(message.name))
  const services = (file.services ?? []).filter((service) => service.methods.every((method) => all.has(method.input) && all.has(method.output)))
  const refs = [...messages.flatMap((message) => message.fields.flatMap((field) => field.ref ?? [])), ...services.flatMap((service) => service.methods.flatMap((method) => [method.input, method.output]))]
  const imports = [...new Set(refs.map((ref) => fileOfType(index, ref)))].filter((other) => other !== path).sort(byText)
  const top = (name: string): boolean => isDirectlyInside(file.package, name)
  const body = [
    ...(file.enums ?? []).filter((item) => top(item.name) && all.has(item.name)).map(printEnum),
    ...messages.filter((message) => top(message.name)).map((message) => printMessage(message, file, all)),
    ...services.map(printService),
  ]
  return [`// ${comment}`, 'syntax = "proto3";', '', `package ${file.package};`, ...(imports.length > 0 ? ['', ...imports.map((other) => `import "${other}";`)] : []), ...body.flatMap((lines) => ['', ...lines]), ''].join('\n')
}

function main(): void {
  const root = join(import.meta.dirname, '../../protos')
  const facts = JSON.parse(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8')) as Facts
  const subset = readSubset(join(root, 'subset.txt'))
  const all = closure(facts, subset)
  const index = new Map(Object.entries(facts.files).flatMap(([path, file]) => [...(file.messages ?? []), ...(file.enums ?? [])].map((item) => [item.name, path] as const)))
  let count = 0
  for (const [path, file] of Object.entries(facts.files)) {
    if (![...(file.messages ?? []), ...(file.enums ?? [])].some((item) => all.has(item.name)) && !subset.files.has(path)) continue
    const target = join(root, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, printFile(path, file, all, index, subset.comment(path)))
    count += 1
  }
  process.stdout.write(`${count} files, ${all.size} messages and enums\n`)
}

main()
