/** Whether a text is a CEL expression, by CEL's grammar and the forms its macros need; nothing is evaluated. @see https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax */

/** What is wrong with the text; undefined if it is an expression. Linear in its length, at most 250 levels deep. */
export function celSyntaxError(text: string): string | undefined {
  const tokens = tokenize(text)
  if (typeof tokens === 'string') return tokens
  const state: State = { tokens, at: 0, depth: 0, form: 'other' }
  const problem = expression(state)
  if (problem !== undefined) return problem
  return state.at === tokens.length ? undefined : unexpected(state)
}

/** What an expression is, as far as macros ask: a plain name, a selected field, or something else. */
type Form = 'name' | 'field' | 'other'

interface State {
  readonly tokens: readonly string[]
  at: number
  depth: number
  /** Form of the expression that was parsed last. */
  form: Form
}

/** undefined = parsed. */
type Outcome = string | undefined

const MAX_DEPTH = 250

const SPACE = /(?:[\t\n\f\r ]|\/\/[^\n]*)*/y
const STRING =
  /(?:[bB]?[rR]|[rR][bB]|[bB])?(?:"""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?'''|"(?:[^\\"\n\r]|\\[^\n\r])*"|'(?:[^\\'\n\r]|\\[^\n\r])*')/y
const NUMBER = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|0x[0-9a-fA-F]+[uU]?|\d+[uU]?)/y
const NAME = /[_a-zA-Z][_a-zA-Z0-9]*/y
const ESCAPED_NAME = /`[a-zA-Z0-9_.\-/ ]+`/y
const SYMBOL = /&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()[\]{}]/y

/** Tokens as their text; a literal is a `0`, a name keeps its text, an escaped name is `` `x` ``. A plain text says what is wrong. */
function tokenize(text: string): readonly string[] | string {
  const tokens: string[] = []
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  take(SPACE)
  while (at < text.length) {
    const literal = take(STRING) ?? take(NUMBER)
    const token = literal === undefined ? (take(NAME) ?? take(ESCAPED_NAME) ?? take(SYMBOL)) : '0'
    if (token === undefined) return `unexpected character ${JSON.stringify(text.slice(at, at + 1))} at position ${at}`
    tokens.push(token)
    take(SPACE)
  }
  return tokens
}

const peek = (state: State): string | undefined => state.tokens[state.at]

const unexpected = (state: State): string => {
  const token = peek(state)
  return token === undefined ? 'unexpected end of the expression' : `unexpected ${JSON.stringify(token)}`
}

function accept(state: State, ...tokens: readonly string[]): boolean {
  const next = peek(state)
  if (next === undefined || !tokens.includes(next)) return false
  state.at++
  return true
}

const expect = (state: State, token: string): Outcome => (accept(state, token) ? undefined : unexpected(state))

/** Notes what was parsed; parsing goes on. */
function formed(state: State, form: Form): undefined {
  state.form = form
  return undefined
}

/** Expr = ConditionalOr ["?" ConditionalOr ":" Expr] */
function expression(state: State): Outcome {
  if (++state.depth > MAX_DEPTH) return 'nested too deeply'
  const problem = binary(state, 0) ?? (accept(state, '?') ? (binary(state, 0) ?? expect(state, ':') ?? expression(state) ?? formed(state, 'other')) : undefined)
  state.depth--
  return problem
}

const LEVELS = [['||'], ['&&'], ['<', '<=', '>=', '>', '==', '!=', 'in'], ['+', '-'], ['*', '/', '%']] as const

function binary(state: State, level: number): Outcome {
  const operators = LEVELS[level]
  if (!operators) return unary(state)
  let problem = binary(state, level + 1)
  while (problem === undefined && accept(state, ...operators)) problem = binary(state, level + 1) ?? formed(state, 'other')
  return problem
}

/** Unary = Member | "!" {"!"} Member | "-" {"-"} Member */
function unary(state: State): Outcome {
  const sign = peek(state)
  if (sign !== '!' && sign !== '-') return member(state)
  while (accept(state, sign));
  return member(state) ?? formed(state, 'other')
}

function member(state: State): Outcome {
  let problem = primary(state)
  while (problem === undefined) {
    if (accept(state, '.')) problem = selector(state)
    else if (accept(state, '[')) problem = (accept(state, '?'), expression(state) ?? expect(state, ']') ?? formed(state, 'other'))
    else return undefined
  }
  return problem
}

/** `.name`, `.?name` or `.name(arguments)`. */
function selector(state: State): Outcome {
  accept(state, '?')
  const name = peek(state)
  if (name === undefined || !(isName(name) || name.startsWith('`'))) return unexpected(state)
  state.at++
  if (!accept(state, '(')) return formed(state, 'field')
  const args: Form[] = []
  return list(state, ')', args) ?? comprehensionProblem(name, args) ?? formed(state, 'other')
}

function primary(state: State): Outcome {
  if (peek(state) === undefined) return unexpected(state)
  if (accept(state, '0')) return formed(state, 'other')
  if (accept(state, '(')) return expression(state) ?? expect(state, ')')
  if (accept(state, '[')) return list(state, ']', []) ?? formed(state, 'other')
  if (accept(state, '{')) return entries(state) ?? formed(state, 'other')
  accept(state, '.')
  const name = peek(state)
  if (name === undefined || !isName(name) || RESERVED.has(name)) return unexpected(state)
  state.at++
  return afterName(state, name)
}

/** A name alone, a call, or `Name{field: value}`, where the name may have a package. */
function afterName(state: State, name: string): Outcome {
  if (accept(state, '(')) {
    const args: Form[] = []
    return list(state, ')', args) ?? (name === 'has' && args.length === 1 && args[0] !== 'field' ? 'invalid argument to has() macro' : formed(state, 'other'))
  }
  const start = state.at
  while (accept(state, '.') && isName(peek(state) ?? '')) state.at++
  if (accept(state, '{')) return entries(state) ?? formed(state, 'other')
  state.at = start
  return formed(state, NAMED_LITERALS.has(name) ? 'other' : 'name')
}

const NAMED_LITERALS: ReadonlySet<string> = new Set(['true', 'false', 'null'])

/** How many arguments make a call a macro that binds its first argument. */
const COMPREHENSIONS: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['existsOne', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
])

const comprehensionProblem = (name: string, args: readonly Form[]): Outcome =>
  COMPREHENSIONS.get(name)?.includes(args.length) && args[0] !== 'name' ? `argument of ${name}() must be a simple name` : undefined

/** Expressions separated by commas; a list may end with one. */
function list(state: State, end: ')' | ']', forms: Form[]): Outcome {
  if (accept(state, end)) return undefined
  for (;;) {
    if (end === ']') accept(state, '?')
    const problem = expression(state)
    if (problem !== undefined) return problem
    forms.push(state.form)
    if (!accept(state, ',')) return expect(state, end)
    if (end === ']' && accept(state, end)) return undefined
  }
}

function entries(state: State): Outcome {
  for (;;) {
    if (accept(state, '}')) return undefined
    accept(state, '?')
    const isEscaped = peek(state)?.startsWith('`') ?? false
    if (isEscaped) state.at++
    const problem = (isEscaped ? undefined : expression(state)) ?? expect(state, ':') ?? expression(state)
    if (problem !== undefined) return problem
    if (!accept(state, ',')) return expect(state, '}')
  }
}

const isName = (token: string): boolean => /^[_a-zA-Z]/.test(token) && token !== 'in'

/** Words CEL keeps for itself; they may follow a dot. */
const RESERVED: ReadonlySet<string> = new Set([
  'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while',
])
