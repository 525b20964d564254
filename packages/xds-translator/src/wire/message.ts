/** The few words in which every translated message is written: canonical proto JSON objects, Any values, TypedStructs. */

/** A message in memory: lowerCamel names, durations as "5s", wrappers as plain values, absent = default. */
export interface Message {
  readonly [field: string]: unknown
}

/** A message inside `google.protobuf.Any`. */
export interface AnyMessage extends Message {
  readonly '@type': string
}

const PREFIX = 'type.googleapis.com/'

/** Packs a message: `typed('envoy...Router', {})`. */
export const typed = (name: string, value: Message = {}): AnyMessage => ({ '@type': `${PREFIX}${name}`, ...value })

/**
 * Istio's own filters travel as `udpa.type.v1.TypedStruct`, because an Envoy without them must still be able to decode the
 * listener. `value` uses proto field names (snake_case), as istiod writes them.
 */
export const typedStruct = (name: string, value: Message): AnyMessage => typed('udpa.type.v1.TypedStruct', { typeUrl: `${PREFIX}${name}`, value })

/** Leaves out the fields that are undefined; `false`, `0` and empty messages stay, because presence has a meaning in proto3. */
export function present(fields: Message): Message {
  const kept: Record<string, unknown> = {}
  for (const name of Object.keys(fields)) if (fields[name] !== undefined) kept[name] = fields[name]
  return kept
}

/** The message type inside an extension config: of the Any itself, or of the TypedStruct it holds; without the URL prefix. */
export function innerType(config: AnyMessage): string {
  const type = config['@type'].slice(PREFIX.length)
  const url = config['typeUrl']
  return (type === 'udpa.type.v1.TypedStruct' || type === 'xds.type.v3.TypedStruct') && typeof url === 'string' ? url.replace(PREFIX, '') : type
}
