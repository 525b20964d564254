/**
 * The plainest YAML, as most manifests are: block mappings and lists, one scalar per line. A cold process has no compiled code yet, and
 * a general parser costs it three times as much as this. Whatever is not certain to mean what it seems is left to the general parser;
 * a test holds the two together.
 */
import { resolveScalar, type Scalar } from '@istio-ts/api-types/yaml'

/** A JSON value. */
type Value = Scalar | readonly Value[] | { readonly [name: string]: Value }

/** Deeper than manifests go, and far from the stack's end. */
const MAX_DEPTH = 40

/** The object of a document; undefined if it takes the general parser to tell (which then also says what is wrong). */
export function quickYaml(text: string): Readonly<Record<string, unknown>> | undefined {
  const lines = linesOf(text)
  if (!lines || lines.starts.length === 0) return undefined
  const reader = new QuickReader(lines)
  const value = reader.mapping(0)
  return value === UNSURE || !reader.isAtEnd ? undefined : value
}

/** Lines that are neither blank nor comments: where their text starts in the line, and the text. */
interface Lines {
  readonly starts: number[]
  readonly texts: string[]
}

function linesOf(text: string): Lines | undefined {
  if (/[^\x20-\x7e\n]/.test(text)) return undefined
  const starts: number[] = []
  const texts: string[] = []
  for (const line of text.split('\n')) {
    let start = 0
    while (line.charCodeAt(start) === SPACE) start++
    const first = line.charCodeAt(start)
    if (start === line.length || first === HASH) continue
    starts.push(start)
    texts.push(line.slice(start).trimEnd())
  }
  return starts[0] === 0 ? { starts, texts } : undefined
}

const SPACE = 32
const HASH = 35
const DASH = 45
/** A plain scalar: no indicator in front, no `: `, no comment, no colon at the end. */
const PLAIN = /^(?:[A-Za-z0-9_/.+~$]|-(?=[0-9]))(?:[^#:]|:(?=[^ ])|(?<=[^ ])#)*$/
/** Says that the general parser is needed. */
const UNSURE = Symbol('unsure')

type Read<T> = T | typeof UNSURE

/** Reads lines in turn. A class, because the place is shared by three functions that call each other. */
class QuickReader {
  readonly #starts: number[]
  readonly #texts: string[]
  #line = 0
  #depth = 0

  constructor({ starts, texts }: Lines) {
    this.#starts = starts
    this.#texts = texts
  }

  get isAtEnd(): boolean {
    return this.#line === this.#texts.length
  }

  /** The entries that start at a column. */
  mapping(column: number): Read<Record<string, Value>> {
    const object: Record<string, Value> = {}
    if (++this.#depth > MAX_DEPTH) return UNSURE
    while (this.#line < this.#texts.length && this.#starts[this.#line] === column) {
      const text = this.#texts[this.#line] ?? ''
      if (text.charCodeAt(0) === DASH) break
      const colon = keyEnd(text)
      const key = text.slice(0, colon)
      // `on:` is no text, and a key that is there twice is a mistake to be told.
      if (colon <= 0 || resolveScalar(key) !== key || Object.hasOwn(object, key) || key === '__proto__') return UNSURE
      this.#line++
      const value = colon + 1 === text.length ? this.#below(column) : this.#scalar(text.slice(colon + 1).trimStart(), column)
      if (value === UNSURE) return UNSURE
      object[key] = value
    }
    this.#depth--
    return object
  }

  /** The items whose dashes stand at a column. */
  #list(column: number): Read<readonly Value[]> {
    const list: Value[] = []
    if (++this.#depth > MAX_DEPTH) return UNSURE
    while (this.#line < this.#texts.length && this.#starts[this.#line] === column) {
      const text = this.#texts[this.#line] ?? ''
      if (text.charCodeAt(0) !== DASH) break
      const value = this.#item(text, column)
      if (value === UNSURE) return UNSURE
      list.push(value)
    }
    this.#depth--
    return list
  }

  #item(text: string, column: number): Read<Value> {
    if (text.length < 3 || text.charCodeAt(1) !== SPACE) return UNSURE
    let inner = 2
    while (text.charCodeAt(inner) === SPACE) inner++
    const rest = text.slice(inner)
    const isBlock = keyEnd(rest) > 0 || (rest.charCodeAt(0) === DASH && rest.charCodeAt(1) === SPACE)
    if (!isBlock) {
      this.#line++
      return this.#scalar(rest, column)
    }
    // What follows the dash is a block of its own that starts at this column.
    this.#starts[this.#line] = column + inner
    this.#texts[this.#line] = rest
    return rest.charCodeAt(0) === DASH ? this.#list(column + inner) : this.mapping(column + inner)
  }

  /** What stands below a key without value: a deeper block, a list at the same column, or nothing. */
  #below(column: number): Read<Value> {
    const start = this.#line < this.#texts.length ? (this.#starts[this.#line] ?? 0) : -1
    const isList = this.#texts[this.#line]?.charCodeAt(0) === DASH
    if (start > column) return isList ? this.#list(start) : this.mapping(start)
    return start === column && isList ? this.#list(column) : null
  }

  /** A scalar that ends with its line: a deeper line after it would continue it. */
  #scalar(text: string, column: number): Read<Value> {
    if (this.#line < this.#texts.length && (this.#starts[this.#line] ?? 0) > column) return UNSURE
    const quote = text.charAt(0)
    if (quote === '"' || quote === "'") return /^"[^"\\]*"$|^'[^']*'$/.test(text) ? text.slice(1, -1) : UNSURE
    if (text === '[]') return []
    if (text === '{}') return {}
    return PLAIN.test(text) ? resolveScalar(text) : UNSURE
  }
}

/** Where a plain key ends: the place of `:` at the end of the text or before a blank; 0 or less if the text does not begin with such a key. */
function keyEnd(text: string): number {
  const colon = text.indexOf(':')
  if (colon <= 0 || (colon + 1 < text.length && text.charCodeAt(colon + 1) !== SPACE)) return 0
  return /^[A-Za-z_][\w./-]*$/.test(text.slice(0, colon)) ? colon : 0
}
