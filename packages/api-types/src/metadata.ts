/** Reads the metadata of an object. */
import { apiDiagnostics as found } from './diagnostics.ts'
import type { Kind } from './kind.ts'
import type { ObjectMeta } from './resource.ts'
import type { LocatedFinding } from './validation/findings.ts'
import { isRecord } from './validation/is-record.ts'

const TEXTS = ['creationTimestamp', 'deletionTimestamp', 'resourceVersion', 'uid', 'generateName'] as const

/** Reads metadata: name and namespace (`default` where a namespaced kind leaves it out), labels and annotations; other fields are kept. */
export function readMetadata(given: unknown, kind: Pick<Kind, 'scope'>, sink: LocatedFinding[]): ObjectMeta {
  const fields = isRecord(given) ? given : {}
  if (!isRecord(given)) refuse(sink, [], given === undefined ? 'metadata: Required value' : 'metadata in body must be of type object')
  const name = textField(fields, 'name', sink)
  if (isRecord(given) && isAbsent(fields, 'name') && isAbsent(fields, 'generateName')) refuse(sink, ['name'], 'metadata.name: Required value: name or generateName is required')
  const namespace = textField(fields, 'namespace', sink)
  for (const field of TEXTS) textField(fields, field, sink)
  const labels = mapField(fields, 'labels', sink)
  const annotations = mapField(fields, 'annotations', sink)
  return {
    ...kept(fields),
    name: name ?? '',
    namespace: kind.scope === 'Cluster' ? '' : namespace === undefined || namespace === '' ? 'default' : namespace,
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
  }
}

const READ: ReadonlySet<string> = new Set(['name', 'namespace', 'labels', 'annotations', '__proto__'])

/** Fields that are handed on; null means absent in metadata. */
const kept = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => !READ.has(name) && value !== null))

const own = (fields: Readonly<Record<string, unknown>>, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined)

const isAbsent = (fields: Readonly<Record<string, unknown>>, name: string): boolean => (own(fields, name) ?? null) === null

function textField(fields: Readonly<Record<string, unknown>>, name: string, sink: LocatedFinding[]): string | undefined {
  const value = own(fields, name)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  refuse(sink, [name], `metadata.${name} in body must be of type string`)
  return undefined
}

function mapField(fields: Readonly<Record<string, unknown>>, name: 'labels' | 'annotations', sink: LocatedFinding[]): Readonly<Record<string, string>> | undefined {
  const value = own(fields, name)
  if (value === undefined || value === null) return undefined
  if (!isRecord(value)) {
    refuse(sink, [name], `metadata.${name} in body must be of type object`)
    return undefined
  }
  const entries: [string, string][] = []
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === 'string') entries.push([key, text])
    else refuse(sink, [name, key], `metadata.${name}.${key} in body must be of type string`, 'Put the value into quotes.')
  }
  return Object.fromEntries(entries)
}

const refuse = (sink: LocatedFinding[], path: readonly string[], statement: string, remedy?: string): void =>
  void sink.push({ path: ['metadata', ...path], finding: found.schema(statement, remedy) })
