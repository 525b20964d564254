/** Where our words differ from the origin's on purpose: a text of the origin, and what ours has in its place. */

/** Origin's text -> ours. */
const WORDING: ReadonlyMap<string, string> = new Map([
  // The origin's text is that of Go's JSON reader; ours is that of our protobuf reader.
  ['Envoy filter: json: cannot unmarshal bool into Go value of type string', 'Envoy filter: expected a text'],
])

/** Parts of the origin's texts that stand in many of them -> ours. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  // Go prints its structures; we name the kinds.
  [/\[GroupVersionKind\{.*\}\]/, 'Service, networking.istio.io/ServiceEntry, gateway.networking.k8s.io/Gateway or gateway.networking.k8s.io/GatewayClass'],
  // The limit is 256, both kinds of plugin included; the origin says 255 or 256.
  [/(pluginName|env\.name) field must be less than 25[56] characters long/, '$1 field must be at most 256 characters long'],
]

const ours = (origin: string): string => WORDING.get(origin) ?? PARTS.reduce((text, [part, replacement]) => text.replace(part, replacement), origin)

/** True if a message says what the origin says. */
export const saysTheSame = (message: string, origin: string): boolean => message.includes(origin) || message.includes(ours(origin))
