/** CEL's grammar, by what is and what is not an expression. */
import { describe, expect, it } from 'vitest'
import { celSyntaxError } from './cel-syntax.ts'

const EXPRESSIONS = [
  "connection.mtls && request.url_path.contains('v1beta3')",
  'response.code >= 400',
  'response.code',
  "!('x' in request.headers) || request.headers['x'] == \"y\"",
  'a ? b : c ? d : e',
  '[1, 2u, 0x1F, 1.5e3, .5, true, null,]',
  "{'a': 1, b: [2]}",
  'google.rpc.Status{code: 3, message: "x"}',
  "r'\\d+' + b'\\x00' + '''multi\nline'''",
  'has(request.headers)',
  'request.path_segments.exists(s, s == "admin")',
  'xs.map(x, x > 1, x * 2)',
  '-1 - -2 % 3',
  'a.b(c).d[0].`e-f`',
  'response.code == 200 // only good ones',
  '((((((((((1))))))))))',
]

const NO_EXPRESSIONS = [
  '', ')++++', 'a b', 'a &&', '&& a', 'a ? b', '[1, 2', '{1}', 'f(,)', "'open", '1abc', 'a..b', '#', 'if', 'a.in', 'has(x)', 'has(x[0])', 'xs.all(x.y, true)', 'xs.exists(1, true)',
]

describe('celSyntaxError', () => {
  it.each(EXPRESSIONS)('takes %j', (text) => expect(celSyntaxError(text)).toBeUndefined())
  it.each(NO_EXPRESSIONS)('refuses %j', (text) => expect(celSyntaxError(text)).toBeTypeOf('string'))

  it('refuses deep nesting instead of overflowing the stack', () => {
    expect(celSyntaxError(`${'('.repeat(100_000)}1${')'.repeat(100_000)}`)).toBe('nested too deeply')
    expect(celSyntaxError('!'.repeat(100_000) + 'a')).toBeUndefined()
  })
})
