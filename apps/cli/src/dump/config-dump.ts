/** A proxy's `/config_dump` (ours, a real Envoy's, istiod's view of one), read once into sections with canonical names. */
import { badDump, sectionMissing } from '../errors.ts'
import { canonicalNames } from './canonical-names.ts'
import { fieldsOf, isFields, listOf, textOf, type Fields } from './json-value.ts'

/** The sections by the name of their type. */
const TYPES = {
  bootstrap: 'BootstrapConfigDump',
  clusters: 'ClustersConfigDump',
  endpoints: 'EndpointsConfigDump',
  listeners: 'ListenersConfigDump',
  routes: 'RoutesConfigDump',
  ecds: 'EcdsConfigDump',
  secrets: 'SecretsConfigDump',
} as const

/** A section of a dump. */
export type SectionName = keyof typeof TYPES

/** The dump as sections; a type that came in several parts (extension configs do) is one section. */
export interface ConfigDump {
  readonly sections: ReadonlyMap<string, Fields>
}

/** Reads the text. @throws MeshError MESH0960 if it is no dump */
export function readConfigDump(text: string, origin: string): ConfigDump {
  const json = parseJson(text, origin)
  if (!isFields(json) || !Array.isArray(json['configs'])) throw badDump(origin, 'it has no field configs')
  const sections = new Map<string, Fields>()
  for (const part of listOf(json['configs'])) {
    const name = textOf(part['@type']).split('.').at(-1) ?? ''
    const content = fieldsOf(canonicalNames(part))
    const before = sections.get(name)
    sections.set(name, before ? joined(before, content) : content)
  }
  return { sections }
}

/** Parses JSON that a proxy or a file gave. @throws MeshError MESH0960 */
export function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw badDump(origin, error instanceof Error ? error.message : String(error))
  }
}

/** Lists of several parts follow each other. */
function joined(before: Fields, more: Fields): Fields {
  const out: Record<string, unknown> = { ...before }
  for (const [name, value] of Object.entries(more)) {
    const old = out[name]
    out[name] = Array.isArray(old) && Array.isArray(value) ? [...(old as readonly unknown[]), ...(value as readonly unknown[])] : value
  }
  return out
}

/** A section. @throws MeshError MESH0961 if the dump has none */
export function section(dump: ConfigDump, name: SectionName): Fields {
  const found = dump.sections.get(TYPES[name])
  if (!found) throw sectionMissing(TYPES[name])
  return found
}

/** True if the dump has the section. */
export const hasSection = (dump: ConfigDump, name: SectionName): boolean => dump.sections.has(TYPES[name])

/** A resource without its `@type`, as the section tells the type already. */
export function body(resource: unknown): Fields {
  const { '@type': _type, ...rest } = fieldsOf(resource)
  return rest
}
