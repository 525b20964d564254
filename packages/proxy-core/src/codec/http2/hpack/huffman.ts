/** HPACK's Huffman code (RFC 7541 5.2): decoding by an automaton that takes one step per byte. */
import { HUFFMAN_LENGTHS } from './huffman-lengths.ts'

const EOS = 256
const BAD = 0xffff

/** The codes, from the lengths: sorted by length and then by symbol, each is its predecessor plus one. */
const CODES: Uint32Array = canonicalCodes()

function canonicalCodes(): Uint32Array {
  const codes = new Uint32Array(257)
  const order = Array.from({ length: 257 }, (_, symbol) => symbol).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b)
  let code = 0
  let length = 0
  for (const symbol of order) {
    code = (code << (lengthOf(symbol) - length)) >>> 0
    length = lengthOf(symbol)
    codes[symbol] = code++
  }
  return codes
}

function lengthOf(symbol: number): number {
  return HUFFMAN_LENGTHS[symbol] ?? 0
}

/** NEXT: state after a byte (state = inner node of the code tree). EMIT: count and up to two symbols. FINAL: states in which a string may end. */
interface Automaton {
  readonly next: Uint16Array
  readonly emit: Uint32Array
  readonly final: Uint8Array
}

const AUTOMATON = buildAutomaton()

/** Inner nodes as pairs of children: `>= 0` an inner node, `< 0` the symbol `-1 - child`. */
function buildTree(): number[] {
  const tree: number[] = [Number.NaN, Number.NaN]
  for (let symbol = 0; symbol <= EOS; symbol++) {
    let node = 0
    const code = CODES[symbol] ?? 0
    for (let bit = lengthOf(symbol) - 1; bit >= 0; bit--) {
      const slot = node * 2 + ((code >>> bit) & 1)
      if (bit === 0) tree[slot] = -1 - symbol
      else if (Number.isNaN(tree[slot])) {
        tree[slot] = tree.length / 2
        tree.push(Number.NaN, Number.NaN)
      }
      node = tree[slot] ?? 0
    }
  }
  return tree
}

function buildAutomaton(): Automaton {
  const tree = buildTree()
  const next = new Uint16Array(256 * 256)
  const emit = new Uint32Array(256 * 256)
  for (let node = 0; node < 256; node++) for (let byte = 0; byte < 256; byte++) step(tree, node, byte, next, emit)
  return { next, emit, final: finalStates(tree) }
}

function step(tree: readonly number[], from: number, byte: number, next: Uint16Array, emit: Uint32Array): void {
  let node = from
  let symbols = 0
  let count = 0
  for (let bit = 7; bit >= 0; bit--) {
    const child = tree[node * 2 + ((byte >>> bit) & 1)] ?? 0
    if (child === -1 - EOS) {
      next[(from << 8) | byte] = BAD
      return
    }
    if (child >= 0) node = child
    else {
      symbols |= (-1 - child) << (8 * count)
      count++
      node = 0
    }
  }
  next[(from << 8) | byte] = node
  emit[(from << 8) | byte] = (count << 16) | symbols
}

/** The root, and what at most seven one-bits lead to: other padding is an error (RFC 7541 5.2). */
function finalStates(tree: readonly number[]): Uint8Array {
  const final = new Uint8Array(256)
  let node = 0
  for (let bits = 0; bits <= 7; bits++) {
    final[node] = 1
    node = tree[node * 2 + 1] ?? 0
  }
  return final
}

/**
 * Decodes `bytes[from, to)` into `out`, which must hold twice as many bytes (the shortest code has 5 bits).
 * Returns the length, or -1 if the string is malformed.
 */
export function decodeHuffman(bytes: Uint8Array, from: number, to: number, out: Uint8Array): number {
  const { next, emit, final } = AUTOMATON
  let state = 0
  let length = 0
  for (let i = from; i < to; i++) {
    const key = (state << 8) | (bytes[i] ?? 0)
    state = next[key] ?? BAD
    if (state === BAD) return -1
    const symbols = emit[key] ?? 0
    const count = symbols >>> 16
    if (count > 0) {
      out[length++] = symbols & 0xff
      if (count > 1) out[length++] = (symbols >>> 8) & 0xff
    }
  }
  return final[state] === 1 ? length : -1
}

/** Encodes a string of bytes; for tests and peers that want it (our encoder writes strings as they are, which is cheaper). */
export function encodeHuffman(bytes: Uint8Array): Uint8Array {
  const out: number[] = []
  let pending = 0n
  let bits = 0
  for (const byte of bytes) {
    pending = (pending << BigInt(lengthOf(byte))) | BigInt(CODES[byte] ?? 0)
    bits += lengthOf(byte)
    while (bits >= 8) {
      out.push(Number((pending >> BigInt(bits - 8)) & 0xffn))
      bits -= 8
    }
    pending &= (1n << BigInt(bits)) - 1n
  }
  if (bits > 0) out.push(Number((pending << BigInt(8 - bits)) | ((1n << BigInt(8 - bits)) - 1n)))
  return Uint8Array.from(out)
}
