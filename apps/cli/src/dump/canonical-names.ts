/**
 * Proto JSON in either naming (`lb_endpoints` of Envoy's admin interface, `lbEndpoints` of istiod) to the canonical lowerCamel names,
 * without a schema: an Envoy may know messages that nobody here has heard of, and nothing of them may be lost.
 * @see https://protobuf.dev/programming-guides/json/
 */
import { isFields, type Fields } from './json-value.ts'

/** Fields that hold a google.protobuf.Struct, or a map of them: nothing inside is a field name. */
const FREE: ReadonlySet<string> = new Set(['filterMetadata', 'jsonFormat', 'staticLayer', 'defaultSubset', 'contextParams'])

/** Fields that are maps: their keys are names that somebody chose, their values are messages again. */
const MAPS: ReadonlySet<string> = new Set([
  'typedFilterMetadata', 'typedPerFilterConfig', 'perFilterConfig', 'typedExtensionProtocolOptions', 'extensionProtocolOptions', 'policies', 'providers', 'requirementMap',
  'requires', 'map', 'contextExtensions', 'keyValues', 'sourceCodes', 'args', 'labels', 'endpointMetadata', 'dynamicParameters', 'attributes', 'namedEndpoints', 'subsetSelectors',
])

/** Messages whose `metadata` is a Struct; elsewhere it is a message (core.Metadata, a metadata matcher, a tag, ...). */
const HAVE_FREE_METADATA: ReadonlySet<string> = new Set(['node', 'userAgentBuildVersion', 'buildVersion'])

/** Types whose `value` is free JSON. */
const FREE_TYPES = /(?:\.TypedStruct|google\.protobuf\.(?:Struct|Value|ListValue))$/

/** A copy with canonical names. */
export function canonicalNames(value: unknown): unknown {
  return renamed(value, '')
}

function renamed(value: unknown, within: string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, within))
  if (!isFields(value)) return value
  const free = typeof value['@type'] === 'string' && FREE_TYPES.test(value['@type'])
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const name = camel(key)
    put(out, name, isFree(name, within) || (free && name === 'value') ? value[key] : MAPS.has(name) && isFields(value[key]) ? renamedMap(value[key]) : renamed(value[key], name))
  }
  return out
}

const isFree = (name: string, within: string): boolean => FREE.has(name) || (name === 'metadata' && HAVE_FREE_METADATA.has(within))

function renamedMap(map: Fields): Fields {
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(map)) put(out, key, renamed(map[key], ''))
  return out
}

/** As an own property, also for `__proto__`. */
function put(out: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true })
  else out[key] = value
}

/** Only what can be a proto field name is changed. */
const camel = (name: string): string => (/^[a-z][a-z0-9_]*$/.test(name) && name.includes('_') ? name.replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) : name)
