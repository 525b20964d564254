/** Where our words differ from the origin's on purpose: a text of the origin, and what ours has in its place. */

/** Origin's text -> ours. */
export const WORDING: ReadonlyMap<string, string> = new Map([
  // The origin's text is that of Go's JSON reader; ours is that of our protobuf reader.
  ['Envoy filter: json: cannot unmarshal bool into Go value of type string', 'Envoy filter: expected a text'],
])

/** True if a message says what the origin says. */
export const saysTheSame = (message: string, origin: string): boolean => message.includes(origin) || message.includes(WORDING.get(origin) ?? origin)
