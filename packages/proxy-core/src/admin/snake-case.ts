/** Envoy prints its admin JSON with the field names of the .proto files; messages in memory have lowerCamel names. */
import { isRecord } from '../config/wire.ts'

/** Fields that hold free-form JSON: nothing inside is a field name. */
const FREE_FORM: ReadonlySet<string> = new Set(['filterMetadata', 'jsonFormat', 'metadataMatchCriteria'])

/** Fields that are maps: their keys are data, their values are messages. */
const MAPS: ReadonlySet<string> = new Set(['typedPerFilterConfig', 'typedExtensionProtocolOptions', 'typedFilterMetadata', 'policies', 'namedEndpoints', 'requestHeadersMap'])

/** Converts a JSON-ready message (see `toJson` of api-types/envoy). */
export function toProtoNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toProtoNames)
  if (!isRecord(value)) return value
  const isTypedStruct = typeof value['@type'] === 'string' && value['@type'].endsWith('.TypedStruct')
  const out: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) out[key === '@type' ? key : snake(key)] = convert(key, inner, value, isTypedStruct)
  return out
}

function convert(key: string, inner: unknown, owner: Readonly<Record<string, unknown>>, isTypedStruct: boolean): unknown {
  if (FREE_FORM.has(key) || (isTypedStruct && key === 'value')) return inner
  // A transport socket match carries a Struct of endpoint labels under `match`.
  if (key === 'match' && isRecord(inner) && 'transportSocket' in owner) return inner
  // Node metadata is a Struct, the metadata of resources a message.
  if (key === 'metadata' && isRecord(inner) && !('filterMetadata' in inner) && !('typedFilterMetadata' in inner) && ('id' in owner || 'userAgentName' in owner)) return inner
  if (MAPS.has(key) && isRecord(inner)) return Object.fromEntries(Object.entries(inner).map(([name, item]) => [name, toProtoNames(item)]))
  return toProtoNames(inner)
}

/** `lastUpdated` -> `last_updated`; digits stay with their word, except where the .proto says otherwise. */
const snake = (name: string): string => IRREGULAR[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Names with digits or adjacent capitals that the rule does not give back. */
const IRREGULAR: Readonly<Record<string, string>> = {
  proxy100Continue: 'proxy_100_continue', traceId128bit: 'trace_id_128bit', consecutive5xx: 'consecutive_5xx', enforcingConsecutive5xx: 'enforcing_consecutive_5xx', acceptHttp10: 'accept_http_10',
  defaultHostForHttp10: 'default_host_for_http_10', ignoreHttp11Upgrade: 'ignore_http_11_upgrade', normalizePathRfc3986: 'normalize_path_rfc_3986',
}
