/** One object of a file to a resource of the catalogue: finds its kind, then schema, defaults and validation. */
import type { ClusterId, Diagnostic } from '@istio-ts/foundation'
import { catalog, kindOf } from '../catalog.ts'
import { parseApiVersion, type SourceDocument } from '../resource.ts'
import { safeParse, type ParseOptions } from '../parse.ts'
import { editDistance } from '../validation/edit-distance.ts'
import { misspeltKind, notAnObject, unknownKind } from './diagnostics.ts'
import type { ParsedObject } from './load-text.ts'

/** The loader's parser for all kinds. Objects of other projects' groups are ignored with one info; a misspelt kind of ours is an error. */
export function parseObject(object: Readonly<Record<string, unknown>>, source: SourceDocument, cluster: ClusterId, options: Pick<ParseOptions, 'freeze'> = {}): ParsedObject {
  const { apiVersion, kind } = object
  // package.json, tsconfig.json and their like are JSON too, and nobody means them for us.
  if (apiVersion === undefined && kind === undefined && source.file.endsWith('.json')) return { diagnostics: [] }
  if (typeof apiVersion !== 'string' || apiVersion === '') return only(notAnObject(source.locate([]), 'it has no apiVersion'))
  if (typeof kind !== 'string' || kind === '') return only(notAnObject(source.locate([]), 'it has no kind'))
  const { group } = parseApiVersion(apiVersion)
  const known = kindOf(group, kind)
  if (!known) return only(isOurs(group) ? misspeltKind(source.locate(['kind']), apiVersion, kind, nearestKind(group, kind)) : unknownKind(source.locate(['kind']), apiVersion, kind))
  const { resource, diagnostics } = safeParse(known, object, { ...options, cluster, source })
  return { ...(resource ? { resource } : {}), diagnostics }
}

const only = (diagnostic: Diagnostic): ParsedObject => ({ diagnostics: [diagnostic] })

const OUR_GROUPS: ReadonlySet<string> = new Set(catalog.filter((kind) => kind.owner === 'istio' || kind.owner === 'local').map((kind) => kind.group))

/** Groups where an unknown kind can only be a mistake. */
const isOurs = (group: string): boolean => OUR_GROUPS.has(group) || group.endsWith('.istio.io') || group === 'istio-ts.dev'

/** The kind that was probably meant: equal but for case, some letters, or in another group. */
function nearestKind(group: string, kind: string): string | undefined {
  const lower = kind.toLowerCase()
  const inGroup = catalog.filter((known) => known.group === group)
  const near = inGroup.find((known) => known.kind.toLowerCase() === lower) ?? inGroup.find((known) => editDistance(known.kind.toLowerCase(), lower) <= 3)
  if (near) return near.kind
  const elsewhere = catalog.find((known) => known.kind === kind && isOurs(known.group))
  return elsewhere && `apiVersion: ${elsewhere.group}/${elsewhere.versions.find((version) => version.storage)?.name ?? 'v1'}`
}
