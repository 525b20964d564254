/**
 * A small interpreter of CEL, as much of it as the rules of Istio's CRDs use; it is the oracle that hand-written checks are held to.
 * Logic absorbs errors as CEL does. @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
import { parseDuration } from '@istio-ts/foundation'
import { parseRequestUri } from '../istio/policy/url.ts'

/** An error at run time, which is neither true nor false. */
export class CelError extends Error {}

type Scope = ReadonlyMap<string, unknown>
type Expression = (scope: Scope) => unknown

/** Evaluates a rule. @returns what it says, or the error it ends with */
export function evaluateCel(text: string, self: unknown): boolean | CelError {
  const parser = parserOf(text)
  const expression = parser.ternary()
  if (parser.peek() !== undefined) throw new Error(`cannot read CEL at ${parser.peek()}: ${text}`)
  const verdict = attempt(() => expression(new Map([['self', self]])))
  if (verdict instanceof CelError || typeof verdict === 'boolean') return verdict
  throw new Error(`a rule must be a boolean: ${text}`)
}

function attempt(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (error instanceof CelError) return error
    throw error
  }
}

const raise = (message: string): never => {
  throw new CelError(message)
}

const TOKEN = /\s*(\d+|"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z_]\w*|&&|\|\||[=!<>]=|[-+!<>?:.,()[\]{}])/y

function tokenize(text: string): readonly string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) tokens.push(match[1] ?? '')
  return tokens
}

interface Parser {
  peek(): string | undefined
  ternary(): Expression
}

/** Reads by precedence, lowest first. */
function parserOf(text: string): Parser {
  const tokens = tokenize(text)
  let at = 0
  const peek = (): string | undefined => tokens[at]
  const take = (wanted?: string): string => {
    const token = tokens[at++]
    if (token === undefined || (wanted !== undefined && token !== wanted)) throw new Error(`expected ${wanted ?? 'more'}, found ${token} in CEL: ${text}`)
    return token
  }
  const accept = (...wanted: readonly string[]): string | undefined => (wanted.includes(peek() ?? '') ? take() : undefined)

  function ternary(): Expression {
    const condition = or()
    if (!accept('?')) return condition
    const yes = ternary()
    take(':')
    const no = ternary()
    return (scope) => (condition(scope) === true ? yes(scope) : no(scope))
  }
  const or = (): Expression => joined(and, '||', true)
  const and = (): Expression => joined(relation, '&&', false)

  /** `||` and `&&`: the deciding value wins over an error on the other side. */
  function joined(operand: () => Expression, operator: string, deciding: boolean): Expression {
    const operands = [operand()]
    while (accept(operator)) operands.push(operand())
    const [only] = operands
    return operands.length === 1 && only ? only : (scope) => decide(operands.map((one) => () => one(scope)), deciding)
  }

  function relation(): Expression {
    const left = sum()
    const operator = accept('==', '!=', '<=', '>=', '<', '>', 'in')
    if (!operator) return left
    const right = sum()
    return (scope) => compare(operator, left(scope), right(scope))
  }

  function sum(): Expression {
    const terms = [unary()]
    while (accept('+')) terms.push(unary())
    const [only] = terms
    return terms.length === 1 && only ? only : (scope) => terms.map((term) => term(scope)).reduce(add)
  }

  function unary(): Expression {
    if (!accept('!')) return member()
    const inner = unary()
    return (scope) => !inner(scope)
  }

  function member(): Expression {
    let target = primary()
    while (accept('.')) {
      const name = take()
      const object = target
      target = accept('(') ? method(object, name) : (scope) => field(object(scope), name)
    }
    return target
  }

  function method(object: Expression, name: string): Expression {
    if (name === 'all' || name === 'exists' || name === 'exists_one') {
      const variable = take()
      take(',')
      const body = ternary()
      take(')')
      return (scope) => quantify(name, itemsOf(object(scope)).map((item) => () => body(new Map(scope).set(variable, item))))
    }
    const given = list(')')
    return (scope) => call(name, object(scope), given.map((argument) => argument(scope)))
  }

  function list(end: string): readonly Expression[] {
    const items: Expression[] = []
    while (!accept(end)) {
      items.push(ternary())
      accept(',')
    }
    return items
  }

  function primary(): Expression {
    const token = take()
    if (token === '(') {
      const inner = ternary()
      take(')')
      return inner
    }
    if (token === '[') {
      const items = list(']')
      return (scope) => items.map((item) => item(scope))
    }
    if (token === '{') {
      take('}')
      return () => ({})
    }
    if (/^\d/.test(token)) return () => Number(token)
    if (/^["']/.test(token)) return () => (token.startsWith('"') ? (JSON.parse(token) as unknown) : token.slice(1, -1))
    if (token === 'true' || token === 'false') return () => token === 'true'
    if (token === 'has') return presence()
    if (accept('(')) {
      const given = list(')')
      return (scope) => globalCall(token, given.map((argument) => argument(scope)))
    }
    return (scope) => (scope.has(token) ? scope.get(token) : raise(`undeclared reference ${token}`))
  }

  /** `has(a.b.c)`: whether the last field is there. */
  function presence(): Expression {
    take('(')
    const path = [take()]
    while (accept('.')) path.push(take())
    take(')')
    const last = path.pop() ?? ''
    return (scope) => {
      const holder = path.slice(1).reduce<unknown>(field, scope.get(path[0] ?? ''))
      return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, last) && field(holder, last) !== undefined
    }
  }

  return { peek, ternary }
}

function decide(operands: readonly (() => unknown)[], deciding: boolean): boolean {
  const values = operands.map(attempt)
  if (values.includes(deciding)) return deciding
  const error = values.find((value) => value instanceof CelError)
  if (error instanceof CelError) throw error
  return !deciding
}

function quantify(name: 'all' | 'exists' | 'exists_one', bodies: readonly (() => unknown)[]): boolean {
  if (name !== 'exists_one') return bodies.length === 0 ? name === 'all' : decide(bodies, name === 'exists')
  return bodies.filter((body) => body() === true).length === 1
}

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : typeof value === 'object' && value !== null ? Object.keys(value) : raise('not a list'))

const field = (holder: unknown, name: string): unknown =>
  typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name) ? Object.getOwnPropertyDescriptor(holder, name)?.value : raise(`no such key: ${name}`)

const add = (a: unknown, b: unknown): unknown => (typeof a === 'number' && typeof b === 'number' ? a + b : `${String(a)}${String(b)}`)

function compare(operator: string, a: unknown, b: unknown): boolean {
  const [x, y] = [Number(a), Number(b)]
  switch (operator) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case 'in':
      return itemsOf(b).includes(a)
    case '<':
      return x < y
    case '<=':
      return x <= y
    case '>':
      return x > y
    default:
      return x >= y
  }
}

const sizeOf = (value: unknown): number => (typeof value === 'string' ? [...value].length : itemsOf(value).length)

function call(name: string, target: unknown, [first, second]: readonly unknown[]): unknown {
  const text = typeof target === 'string' ? target : ''
  switch (name) {
    case 'size':
      return sizeOf(target)
    case 'startsWith':
      return text.startsWith(String(first))
    case 'endsWith':
      return text.endsWith(String(first))
    case 'contains':
      return text.includes(String(first))
    case 'matches':
      return new RegExp(String(first)).test(text)
    case 'substring':
      return Number(second) > [...text].length ? raise(`index out of range: ${String(second)}`) : [...text].slice(Number(first), Number(second)).join('')
    case 'getScheme':
      return field(target, 'scheme')
    default:
      throw new Error(`no CEL method ${name}`)
  }
}

function globalCall(name: string, [argument]: readonly unknown[]): unknown {
  const text = String(argument)
  switch (name) {
    case 'size':
      return sizeOf(argument)
    case 'duration':
      return parseDuration(text) ?? raise("type conversion error from 'string' to 'google.protobuf.Duration'")
    case 'int':
      return /^[+-]?\d+$/.test(text) ? Number(text) : raise("type conversion error from 'string' to 'int'")
    case 'isURL':
      return parseRequestUri(text) !== undefined
    case 'url':
      return parseRequestUri(text) ?? raise('URL parse error during conversion from string')
    default:
      throw new Error(`no CEL function ${name}`)
  }
}
