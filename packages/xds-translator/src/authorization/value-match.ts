/** Values of authorization rules: exact, `prefix*`, `*suffix`, and `*` for "present". */
import type { Message } from '../wire/message.ts'

/** `StringMatcher` of a value. `prefix` stands before every value (`spiffe://` for principals). */
export function valueMatcher(value: string, prefix = ''): Message {
  if (value === '*') return { safeRegex: { regex: '.+' } }
  if (value.startsWith('*')) return prefix === '' ? { suffix: value.slice(1) } : { safeRegex: { regex: `${prefix}.*${quoted(value.slice(1))}` } }
  if (value.endsWith('*')) return { prefix: `${prefix}${value.slice(0, -1)}` }
  return { exact: `${prefix}${value}` }
}

/** A text as a regular expression that matches nothing else (Go's QuoteMeta). */
export const quoted = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')

/** A header by value; `*` asks only for its presence. Hosts compare without case. */
export function headerMatcher(name: string, value: string, ignoreCase = false): Message {
  if (value === '*') return { name, presentMatch: true }
  return { name, stringMatch: ignoreCase ? { ...valueMatcher(value), ignoreCase: true } : valueMatcher(value) }
}

/** `10.0.0.0/8` or a single address. */
export function cidrRange(block: string): Message {
  const [address = '', length] = block.split('/')
  return { addressPrefix: address, prefixLen: length === undefined ? (address.includes(':') ? 128 : 32) : Number(length) }
}
