/** A small evaluator of CEL, for tests: it runs the rules of our CRDs, so that our hand-written checks can be held to their text. @see https://github.com/google/cel-spec */
import { parseDuration } from '@istio-ts/foundation'
import { isUrl, parseUrl } from '../istio/policy/url.ts'
import { isIpAddress } from '../validation/addresses.ts'

/** Values that the names of an expression stand for. */
export type Bindings = Readonly<Record<string, unknown>>

/** A run-time error of CEL, such as a key that is not there. */
export class CelError extends Error {
  override readonly name = 'CelError'
}

type Expression = (names: Bindings) => unknown

/** Answers a rule for a value: true or false, or the error at run time. @throws SyntaxError if the text has a form that our CRDs do not use */
export function evaluateCel(text: string, self: unknown): boolean | CelError {
  try {
    return isTrue(compileCel(text)({ self }))
  } catch (error) {
    if (error instanceof CelError) return error
    throw error
  }
}

/** Compiles an expression. @throws SyntaxError if it has a form that our CRDs do not use */
export function compileCel(text: string): Expression {
  const parser = new Parser(tokenize(text))
  const expression = parser.expression()
  parser.end()
  return expression
}

interface Token {
  readonly type: 'name' | 'number' | 'string' | 'symbol' | 'end'
  readonly text: string
}

const TOKEN = /\s*(?:(r"""[\s\S]*?"""|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()[\]{}]))/y

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  const source = text.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(source)
    if (!match) throw new SyntaxError(`unexpected ${source.slice(at, at + 20)}`)
    const [, string, number, name, symbol] = match
    if (string !== undefined) tokens.push({ type: 'string', text: unquote(string) })
    else if (number !== undefined) tokens.push({ type: 'number', text: number })
    else if (name !== undefined) tokens.push({ type: 'name', text: name })
    else tokens.push({ type: 'symbol', text: symbol ?? '' })
  }
  return [...tokens, { type: 'end', text: '' }]
}

const unquote = (literal: string): string => (literal.startsWith('r"""') ? literal.slice(4, -3) : literal.slice(1, -1).replace(/\\(.)/g, '$1'))

const LEVELS = [['||'], ['&&'], ['<', '<=', '>=', '>', '==', '!=', 'in'], ['+', '-'], ['*', '/', '%']] as const

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  expression(): Expression {
    const condition = this.#binary(0)
    if (!this.#accept('?')) return condition
    const yes = this.#binary(0)
    this.#expect(':')
    const no = this.expression()
    return (names) => (isTrue(condition(names)) ? yes(names) : no(names))
  }

  end(): void {
    if (this.#peek().type !== 'end') throw new SyntaxError(`unexpected ${this.#peek().text}`)
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '' }
  }

  #accept(text: string): boolean {
    const token = this.#peek()
    if (token.type === 'string' || token.text !== text) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw new SyntaxError(`expected ${text}, found ${this.#peek().text}`)
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level]
    if (!operators) return this.#unary()
    let left = this.#binary(level + 1)
    for (let operator = operators.find((text) => this.#accept(text)); operator !== undefined; operator = operators.find((text) => this.#accept(text))) {
      left = binary(operator, left, this.#binary(level + 1))
    }
    return left
  }

  #unary(): Expression {
    if (!this.#accept('!')) return this.#member()
    const operand = this.#unary()
    return (names) => !isTrue(operand(names))
  }

  #member(): Expression {
    let value = this.#primary()
    for (;;) {
      if (this.#accept('[')) {
        value = index(value, this.expression())
        this.#expect(']')
      } else if (this.#accept('.')) {
        const name = this.#name()
        value = this.#accept('(') ? this.#call(value, name) : select(value, name)
      } else return value
    }
  }

  #name(): string {
    const token = this.#peek()
    if (token.type !== 'name') throw new SyntaxError(`expected a name, found ${token.text}`)
    this.#at++
    return token.text
  }

  #call(target: Expression, name: string): Expression {
    const macro = MACROS.get(name)
    if (!macro) return method(target, name, this.#arguments())
    const bound = this.#name()
    this.#expect(',')
    const body = this.expression()
    this.#expect(')')
    return (names) => macro(items(target(names)), (item) => body({ ...names, [bound]: item }))
  }

  #arguments(): readonly Expression[] {
    const args: Expression[] = []
    while (!this.#accept(')')) {
      args.push(this.expression())
      if (!this.#accept(',') && this.#peek().text !== ')') throw new SyntaxError('expected , or )')
    }
    return args
  }

  #primary(): Expression {
    const token = this.#peek()
    this.#at++
    if (token.type === 'string') return () => token.text
    if (token.type === 'number') return () => Number(token.text)
    if (token.type === 'name') return this.#named(token.text)
    if (token.text === '(') {
      const inner = this.expression()
      this.#expect(')')
      return inner
    }
    if (token.text === '[') return this.#list()
    if (token.text === '{' && this.#accept('}')) return () => ({})
    throw new SyntaxError(`unexpected ${token.text}`)
  }

  #list(): Expression {
    const elements: Expression[] = []
    while (!this.#accept(']')) {
      elements.push(this.expression())
      this.#accept(',')
    }
    return (names) => elements.map((element) => element(names))
  }

  #named(name: string): Expression {
    if (name === 'true' || name === 'false') return () => name === 'true'
    if (name === 'null') return () => null
    if (!this.#accept('(')) {
      return (names) => {
        if (!Object.hasOwn(names, name)) throw new CelError(`undeclared ${name}`)
        return names[name]
      }
    }
    return name === 'has' ? this.#has() : callFunction(name, this.#arguments())
  }

  /** `has(a.b)`: whether the last field is there; `a` must be. */
  #has(): Expression {
    const start = this.#at
    const tokens = this.#tokens
    const end = closing(tokens, start)
    const field = tokens[end - 1]?.text ?? ''
    const parent = new Parser([...tokens.slice(start, end - 2), { type: 'end', text: '' }]).expression()
    this.#at = end + 1
    return (names) => Object.hasOwn(asObject(parent(names)), unescape(field))
  }
}

function closing(tokens: readonly Token[], start: number): number {
  let depth = 1
  let at = start
  for (; depth > 0; at++) {
    const { type, text } = tokens[at] ?? { type: 'end', text: ')' }
    if (type !== 'string') depth += text === '(' ? 1 : text === ')' ? -1 : 0
  }
  return at - 1
}

/** `__namespace__` is how a CRD's rule spells a field whose name CEL keeps for itself. */
const unescape = (name: string): string => /^__(\w+)__$/.exec(name)?.[1] ?? name

function isTrue(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new CelError('no such overload')
  return value
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CelError('no such overload')
  return Object.fromEntries(Object.entries(value))
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new CelError('no such overload')
  return value
}

const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : Object.keys(asObject(value)))

type Macro = (list: readonly unknown[], test: (item: unknown) => unknown) => unknown

const MACROS: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ['all', (list, test) => !absorbing(list, (item) => !isTrue(test(item)))],
  ['exists', (list, test) => absorbing(list, (item) => isTrue(test(item)))],
  ['exists_one', (list, test) => list.filter((item) => isTrue(test(item))).length === 1],
  ['filter', (list, test) => list.filter((item) => isTrue(test(item)))],
])

/** Whether a test holds for some item; an error counts only if it holds for none. */
function absorbing(list: readonly unknown[], test: (item: unknown) => boolean): boolean {
  const errors: unknown[] = []
  for (const item of list) {
    try {
      if (test(item)) return true
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
  return false
}

const select = (value: Expression, name: string): Expression => (names) => {
  const fields = asObject(value(names))
  if (!Object.hasOwn(fields, unescape(name))) throw new CelError(`no such key: ${name}`)
  return fields[unescape(name)]
}

const index = (value: Expression, at: Expression): Expression => (names) => {
  const found = Object.getOwnPropertyDescriptor(Object(value(names)), String(at(names)))
  if (!found) throw new CelError('no such key')
  return found.value
}

/** `||` and `&&` absorb an error on one side if the other side decides. */
function logical(decisive: boolean, left: Expression, right: Expression): Expression {
  return (names) => {
    const verdicts = [left, right].map((side) => attempt(() => isTrue(side(names))))
    if (verdicts.some((verdict) => verdict === decisive)) return decisive
    const error = verdicts.find((verdict) => verdict instanceof Error)
    if (error instanceof Error) throw error
    return !decisive
  }
}

function attempt(run: () => boolean): boolean | Error {
  try {
    return run()
  } catch (error) {
    return error instanceof Error ? error : new CelError(String(error))
  }
}

function binary(operator: string, left: Expression, right: Expression): Expression {
  if (operator === '||') return logical(true, left, right)
  if (operator === '&&') return logical(false, left, right)
  return (names) => {
    const [a, b] = [left(names), right(names)]
    switch (operator) {
      case '==': return same(a, b)
      case '!=': return !same(a, b)
      case 'in': return Array.isArray(b) ? b.some((item) => same(item, a)) : Object.hasOwn(asObject(b), asText(a))
      case '+': return typeof a === 'string' ? a + asText(b) : Number(a) + Number(b)
      case '-': return Number(a) - Number(b)
      default: return compare(operator, Number(a), Number(b))
    }
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function compare(operator: string, a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) throw new CelError('no such overload')
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b
}

const sizeOf = (value: unknown): number => (typeof value === 'string' ? [...value].length : items(value).length)

/** Regular expressions of the rules are in the part that RE2 and JavaScript share, but for a leading `(?i)`. */
const regex = (pattern: string): RegExp => (pattern.includes('(?i)') ? new RegExp(pattern.replace('(?i)', ''), 'i') : new RegExp(pattern))

function method(target: Expression, name: string, args: readonly Expression[]): Expression {
  return (names) => {
    const value = target(names)
    const [first, second] = args.map((argument) => argument(names))
    switch (name) {
      case 'size': return sizeOf(value)
      case 'contains': return asText(value).includes(asText(first))
      case 'startsWith': return asText(value).startsWith(asText(first))
      case 'endsWith': return asText(value).endsWith(asText(first))
      case 'matches': return regex(asText(first)).test(asText(value))
      case 'split': return asText(value).split(asText(first))
      case 'substring': return substring(asText(value), Number(first), second === undefined ? undefined : Number(second))
      case 'getScheme': return asObject(value)['scheme']
      default: throw new SyntaxError(`no method ${name}`)
    }
  }
}

function substring(text: string, from: number, to = text.length): string {
  if (from > to || to > text.length) throw new CelError('index out of range')
  return text.slice(from, to)
}

function callFunction(name: string, args: readonly Expression[]): Expression {
  return (names) => {
    const value = args[0]?.(names)
    switch (name) {
      case 'size': return sizeOf(value)
      case 'int': return integer(asText(value))
      case 'duration': return durationMs(asText(value))
      case 'isURL': return isUrl(asText(value))
      case 'url': return urlOf(asText(value))
      case 'isIP': return isIpAddress(asText(value))
      default: throw new SyntaxError(`no function ${name}`)
    }
  }
}

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new CelError('type conversion error')
  return Number(text)
}

function durationMs(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new CelError('type conversion error')
  return ms
}

function urlOf(text: string): unknown {
  const url = isUrl(text) ? parseUrl(text) : undefined
  if (!url) throw new CelError('URL parse error')
  return url
}
