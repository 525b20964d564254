/**
 * The YAML that most manifests are written in: block mappings and lists whose scalars, flow collections and comments end with their line.
 * Read in one pass, in a fraction of the general parser's time (most of all in a process that has just started and has no compiled code).
 * Whatever is not certain to mean what it seems is left to the general parser; a test holds the two together.
 */
import { countNodes, type LoadLimits } from './limits.ts'
import { resolveScalar, type Scalar } from './scalar.ts'

/** A JSON value. */
type Value = Scalar | readonly Value[] | { readonly [name: string]: Value }

/** The object of a document; undefined if it takes the general parser to tell (which then also says what is wrong). */
export function parseSimple(text: string, limits: LoadLimits): Readonly<Record<string, unknown>> | undefined {
  // Without aliases a document has fewer values than characters.
  if (text.length > limits.maxNodes || UNUSUAL.test(text)) return undefined
  const reader = new SimpleReader(text, limits)
  const object = reader.document()
  return reader.aliases > 0 && countNodes(object, limits.maxNodes) > limits.maxNodes ? undefined : object
}

/** Tabs, carriage returns, and what is outside of ASCII and the letters of Europe. */
const UNUSUAL = /[^\n\x20-\x7e\xa1-\u1fff]/
/** Deeper than manifests go, and far from the stack's end. */
const MAX_DEPTH = 40

const NEWLINE = 10
const SPACE = 32
const DOUBLE_QUOTE = 34
const HASH = 35
const AMPERSAND = 38
const SINGLE_QUOTE = 39
const ASTERISK = 42
const COMMA = 44
const DASH = 45
const COLON = 58
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_MAP = 123
const CLOSE_MAP = 125

/** A text in double quotes whose escapes mean the same in JSON. */
const JSON_TEXT = /^"(?:[^"\\]|\\["\\/bfnrt])*"$/

/** Reads a document from its start. A class, because the place is shared by functions that call each other. Undefined always means "unsure". */
class SimpleReader {
  readonly #text: string
  readonly #maxDepth: number
  readonly #maxAliases: number
  readonly #anchors = new Map<string, Value>()
  /** Aliases that were read. */
  aliases = 0
  #at = 0
  /** Where the content that stands next begins in its line; -1 at the end of the document. */
  #column = 0
  #depth = 0

  constructor(text: string, { maxDepth, maxAliases }: LoadLimits) {
    this.#text = text
    this.#maxDepth = Math.min(MAX_DEPTH, maxDepth >> 1)
    this.#maxAliases = maxAliases
  }

  document(): Readonly<Record<string, Value>> | undefined {
    this.#seek(0)
    const object = this.#column === 0 ? this.#mapping(0) : undefined
    return this.#column === -1 ? object : undefined
  }

  /** The entries that start at a column. */
  #mapping(column: number): Readonly<Record<string, Value>> | undefined {
    if (++this.#depth > this.#maxDepth) return undefined
    const object: Record<string, Value> = {}
    let count = 0
    while (this.#column === column && !this.#isAtDash()) {
      const key = this.#key()
      const value = key === undefined ? undefined : this.#value(column)
      if (key === undefined || value === undefined || key === '__proto__') return undefined
      object[key] = value
      count++
    }
    this.#depth--
    return withEach(object, count)
  }

  /** The items whose dashes stand at a column. */
  #list(column: number): readonly Value[] | undefined {
    if (++this.#depth > this.#maxDepth) return undefined
    const list: Value[] = []
    while (this.#column === column && this.#isAtDash()) {
      const value = this.#item(column)
      if (value === undefined) return undefined
      list.push(value)
    }
    this.#depth--
    return list
  }

  #item(column: number): Value | undefined {
    const dash = this.#at++
    const code = this.#skipBlanks()
    const isList = this.#isAtDash()
    if (!isList && !this.#isKeyEnd(this.#nameEnd())) return this.#toLineEnd(code, column)
    // What follows the dash is a block of its own that starts at this column.
    this.#column = column + this.#at - dash
    return isList ? this.#list(this.#column) : this.#mapping(this.#column)
  }

  /** What a key at a column has. */
  #value(column: number): Value | undefined {
    const code = this.#skipBlanks()
    if (code === AMPERSAND) return this.#anchored(column)
    return code === NEWLINE ? this.#below(column) : this.#toLineEnd(code, column)
  }

  #anchored(column: number): Value | undefined {
    const name = this.#name()
    const next = this.#code(this.#at)
    const code = this.#skipBlanks()
    if (name === '' || !isBlank(next) || code === ASTERISK || code === AMPERSAND) return undefined
    const value = this.#value(column)
    if (value === undefined || this.#anchors.has(name)) return undefined
    this.#anchors.set(name, value)
    return value
  }

  #alias(): Value | undefined {
    return ++this.aliases > this.#maxAliases ? undefined : this.#anchors.get(this.#name())
  }

  /** The name behind the sign of an anchor or alias. */
  #name(): string {
    const start = ++this.#at
    this.#at = this.#nameEnd()
    return this.#text.slice(start, this.#at)
  }

  /** What stands below a key without value: a deeper block, a list at the same column, or nothing. */
  #below(column: number): Value | undefined {
    this.#nextLine()
    if (this.#column > column) return this.#isAtDash() ? this.#list(this.#column) : this.#mapping(this.#column)
    return this.#column === column && this.#isAtDash() ? this.#list(column) : null
  }

  /** A value that ends with its line: a deeper line after it would continue it. */
  #toLineEnd(code: number, column: number): Value | undefined {
    const value = this.#inLine(code, false)
    if (value === undefined || this.#skipBlanks() !== NEWLINE) return undefined
    this.#nextLine()
    return this.#column > column ? undefined : value
  }

  /** A value that begins here with a character. */
  #inLine(code: number, isInFlow: boolean): Value | undefined {
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) return this.#quoted(code)
    if (code === OPEN_LIST) return this.#flowList()
    if (code === OPEN_MAP) return this.#flowMapping()
    if (code === ASTERISK) return this.#alias()
    return this.#plain(code, isInFlow)
  }

  #flowList(): readonly Value[] | undefined {
    if (++this.#depth > this.#maxDepth) return undefined
    const list: Value[] = []
    this.#at++
    for (let code = this.#skipBlanks(); code !== CLOSE_LIST; code = this.#skipBlanks()) {
      const value = this.#inLine(code, true)
      if (value === undefined || !this.#endsItem(CLOSE_LIST)) return undefined
      list.push(value)
    }
    this.#at++
    this.#depth--
    return list
  }

  #flowMapping(): Readonly<Record<string, Value>> | undefined {
    if (++this.#depth > this.#maxDepth) return undefined
    const object: Record<string, Value> = {}
    let count = 0
    this.#at++
    while (this.#skipBlanks() !== CLOSE_MAP) {
      const key = this.#key()
      const value = key === undefined ? undefined : this.#inLine(this.#skipBlanks(), true)
      if (key === undefined || value === undefined || key === '__proto__' || !this.#endsItem(CLOSE_MAP)) return undefined
      object[key] = value
      count++
    }
    this.#at++
    this.#depth--
    return withEach(object, count)
  }

  /** Whether an item of a flow collection ends here: steps over a comma, stays before the end. */
  #endsItem(close: number): boolean {
    const code = this.#skipBlanks()
    if (code === COMMA) this.#at++
    return code === COMMA || code === close
  }

  /** A key; reading then stands behind its colon. */
  #key(): string | undefined {
    const code = this.#code(this.#at)
    const key = code === DOUBLE_QUOTE || code === SINGLE_QUOTE ? this.#quoted(code) : this.#plainKey()
    return this.#isKeyEnd(this.#at++) ? key : undefined
  }

  /** `on:` is no text, so it is not certain here. */
  #plainKey(): string | undefined {
    const start = this.#at
    this.#at = this.#nameEnd()
    const key = this.#text.slice(start, this.#at)
    return resolveScalar(key) === key ? key : undefined
  }

  /** The first place from here that no name has. */
  #nameEnd(): number {
    let end = this.#at
    while (isNameCode(this.#code(end))) end++
    return end
  }

  #isKeyEnd(at: number): boolean {
    return this.#code(at) === COLON && isBlank(this.#code(at + 1))
  }

  #quoted(quote: number): string | undefined {
    const start = this.#at
    let end = start + 1
    let isEscaped = false
    for (let code = this.#code(end); code !== quote; code = this.#code(++end)) {
      if (code === NEWLINE) return undefined
      if (code !== BACKSLASH || quote !== DOUBLE_QUOTE) continue
      isEscaped = true
      end++
    }
    this.#at = end + 1
    if (!isEscaped) return this.#code(end + 1) === quote ? undefined : this.#text.slice(start + 1, end)
    const text = this.#text.slice(start, end + 1)
    return JSON_TEXT.test(text) ? String(JSON.parse(text)) : undefined
  }

  /** A plain scalar: no indicator in front, and nothing inside that could be one. */
  #plain(first: number, isInFlow: boolean): Scalar | undefined {
    if (!beginsPlain(first) && !(first === DASH && isDigit(this.#code(this.#at + 1)))) return undefined
    const start = this.#at
    let end = start
    let at = start
    for (let code = first, before = first; code !== NEWLINE; code = this.#code(++at)) {
      if (code === HASH && before === SPACE) break
      if (isInFlow && isFlowCode(code)) break
      if (code === COLON && endsKey(this.#code(at + 1))) return undefined
      if (code !== SPACE) end = at + 1
      before = code
    }
    this.#at = end
    return resolveScalar(this.#text.slice(start, end))
  }

  #isAtDash(): boolean {
    return this.#code(this.#at) === DASH && this.#code(this.#at + 1) === SPACE
  }

  /** Steps over blanks. @returns the character there; a newline also where a comment begins or the text ends */
  #skipBlanks(): number {
    const start = this.#at
    while (this.#code(this.#at) === SPACE) this.#at++
    const code = this.#code(this.#at)
    return code === HASH && this.#at > start ? NEWLINE : code
  }

  /** Leaves this line. */
  #nextLine(): void {
    this.#seek(this.#lineEnd(this.#at) + 1)
  }

  /** Goes to the content of the first line, from the one that starts here, that is neither blank nor a comment. */
  #seek(lineStart: number): void {
    for (let start = lineStart; start < this.#text.length; start = this.#lineEnd(this.#at) + 1) {
      this.#at = start
      while (this.#code(this.#at) === SPACE) this.#at++
      this.#column = this.#at - start
      const code = this.#code(this.#at)
      if (code !== NEWLINE && code !== HASH) return
    }
    this.#column = -1
  }

  #lineEnd(at: number): number {
    const end = this.#text.indexOf('\n', at)
    return end < 0 ? this.#text.length : end
  }

  #code(at: number): number {
    return at < this.#text.length ? this.#text.charCodeAt(at) : NEWLINE
  }
}

/** The object if it has all the keys that were written: one that is there twice is a mistake to be told. Asking for each key costs more. */
const withEach = (object: Readonly<Record<string, Value>>, count: number): Readonly<Record<string, Value>> | undefined => (Object.keys(object).length === count ? object : undefined)

const isBlank = (code: number): boolean => code === SPACE || code === NEWLINE

const isDigit = (code: number): boolean => code >= 48 && code <= 57

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95

/** Letters, digits, `_`, and `-`, `.`, `/`. */
const isNameCode = (code: number): boolean => isLetter(code) || (code >= 45 && code <= 57)

/** Begins a plain scalar for certain: a letter, a digit, `$`, `+`, `.`, `/`, `~`, or what is not in ASCII. */
const beginsPlain = (code: number): boolean => isLetter(code) || code > 160 || (code >= 46 && code <= 57) || code === 36 || code === 43 || code === 126

/** `,`, `[`, `]`, `{` and `}`: what parts values of flow collections. */
const isFlowCode = (code: number): boolean => code === COMMA || code === OPEN_LIST || code === CLOSE_LIST || code === OPEN_MAP || code === CLOSE_MAP

/** Makes a key of what stands before a colon (in flow collections the marks that part values do so too, which no plain scalar needs to contain). */
const endsKey = (next: number): boolean => isBlank(next) || isFlowCode(next)
