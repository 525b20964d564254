/** Copies a range of bytes. `bytes.slice()` must not be used for that: on Node's Buffer it shares memory, on Uint8Array it copies. */

/** An own copy of `bytes[from, to)`. */
export function copyOf(bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array {
  const copy = new Uint8Array(to - from)
  copy.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to))
  return copy
}
