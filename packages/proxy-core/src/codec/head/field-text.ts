/** Guards what filters write into a head: a value can never end its line. */

const SAFE_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const SAFE_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/

/**
 * The value as it can stand on the wire. Control characters become spaces (a CR LF in a formatted value would otherwise start a new
 * field), characters above U+00FF are written as UTF-8.
 */
export const fieldValue = (value: string): string => (SAFE_VALUE.test(value) ? value : encoded(value))

/** Names found good before; filters write the same few for every request. Bounded, because a name may also come from a format. */
const KNOWN_NAMES = new Set<string>()
const MAX_KNOWN_NAMES = 1024

/** True if `name` is a lower-case token; a field of any other name is not written. */
export function isFieldName(name: string): boolean {
  if (KNOWN_NAMES.has(name)) return true
  if (!SAFE_NAME.test(name)) return false
  if (KNOWN_NAMES.size < MAX_KNOWN_NAMES) KNOWN_NAMES.add(name)
  return true
}

function encoded(value: string): string {
  let text = ''
  for (const byte of new TextEncoder().encode(value)) text += String.fromCharCode((byte < 0x20 && byte !== 9) || byte === 0x7f ? 0x20 : byte)
  return text
}

/** What joins the values of a repeated field: `cookie` has its own (RFC 9113 8.2.3). */
export const separatorOf = (name: string): string => (name === 'cookie' ? '; ' : ',')
