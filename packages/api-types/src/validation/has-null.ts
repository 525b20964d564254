/** Tells whether a value needs to be looked at for nulls at all: few have one. */

/** Deeper than a document may nest there is nothing to look for. */
const MAX_DEPTH = 200

/** Whether there is a null in a value; makes nothing, so that it costs little where there is none. */
export function hasNull(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object') return false
  if (value === null) return true
  if (depth > MAX_DEPTH) return false
  for (const child of Object.values(value)) if (typeof child === 'object' && hasNull(child, depth + 1)) return true
  return false
}
