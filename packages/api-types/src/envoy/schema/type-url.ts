/** Type URLs, as `google.protobuf.Any` names messages. */

const PREFIX = 'type.googleapis.com/'

/** `type.googleapis.com/<full name>` */
export const typeUrl = (name: string): string => `${PREFIX}${name}`

/** The full name in a type URL: what follows its last slash. */
export const messageNameOf = (url: string): string => (url.startsWith(PREFIX) ? url.slice(PREFIX.length) : url.slice(url.lastIndexOf('/') + 1))
