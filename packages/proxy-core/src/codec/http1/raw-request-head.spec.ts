/** Received heads: lazily read, edited by a list, forwarded as they were where nothing was edited. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { plainRequestHead, type RequestHead } from '../index.ts'
import { bytesOf, textOf } from '../testdata/recording-stream.ts'
import { RequestHeadReader } from './head-reader.ts'
import { type RawRequestHead } from './raw-request-head.ts'

const LIMITS = { maxHeadBytes: 65536, maxHeaders: 100 }

function read(text: string): RawRequestHead {
  const reader = new RequestHeadReader(LIMITS, false)
  const bytes = bytesOf(text)
  const head = reader.read(bytes, 0, bytes.length)
  if (!head) throw new Error(`not a head: ${reader.problem?.detail ?? 'incomplete'}`)
  return head
}

function written(head: RawRequestHead): string {
  const writer = new ByteWriter(64)
  head.write(writer)
  return textOf(writer.bytes.subarray(0, writer.length))
}

const HEAD = 'GET /a?b HTTP/1.1\r\nHost: One\r\nX-A: 1\r\nConnection: keep-alive\r\nX-B: 2\r\nX-a: 3\r\n\r\n'

describe('forwarding', () => {
  it('copies what was not edited, spelling included', () => {
    expect(written(read(HEAD))).toBe('GET /a?b HTTP/1.1\r\nHost: One\r\nX-A: 1\r\nX-B: 2\r\nX-a: 3\r\n')
  })

  it.each<[string, (head: RequestHead) => void, string]>([
    ['a removed field', head => head.remove('x-a'), 'GET /a?b HTTP/1.1\r\nHost: One\r\nX-B: 2\r\n'],
    ['a set field', head => head.set('x-a', 'n'), 'GET /a?b HTTP/1.1\r\nHost: One\r\nX-B: 2\r\nx-a: n\r\n'],
    ['an appended field', head => head.append('x-c', 'n'), 'GET /a?b HTTP/1.1\r\nHost: One\r\nX-A: 1\r\nX-B: 2\r\nX-a: 3\r\nx-c: n\r\n'],
    ['a path', head => (head.path = '/new'), 'GET /new HTTP/1.1\r\nHost: One\r\nX-A: 1\r\nX-B: 2\r\nX-a: 3\r\n'],
    ['the same path', head => (head.path = '/a?b'), 'GET /a?b HTTP/1.1\r\nHost: One\r\nX-A: 1\r\nX-B: 2\r\nX-a: 3\r\n'],
    ['an authority', head => head.set(':authority', 'two'), 'GET /a?b HTTP/1.1\r\nhost: two\r\nX-A: 1\r\nX-B: 2\r\nX-a: 3\r\n'],
    ['a host', head => head.set('host', 'two'), 'GET /a?b HTTP/1.1\r\nhost: two\r\nX-A: 1\r\nX-B: 2\r\nX-a: 3\r\n'],
    ['method and host', head => ((head.method = 'PUT'), (head.authority = 'two')), 'PUT /a?b HTTP/1.1\r\nhost: two\r\nX-A: 1\r\nX-B: 2\r\nX-a: 3\r\n'],
  ])('%s', (_title, edit, expected) => {
    for (const keep of [false, true]) {
      const head = read(HEAD)
      if (keep) head.keep()
      edit(head)
      expect(written(head)).toBe(expected)
    }
  })

  it('writes an absolute target in origin form with its own host', () => {
    expect(written(read('GET http://Evil:1/x HTTP/1.1\r\nA: 1\r\nHost: a\r\n\r\n'))).toBe('GET /x HTTP/1.1\r\nhost: Evil:1\r\nA: 1\r\n')
  })

  it('outlives its buffer when kept', () => {
    const reader = new RequestHeadReader(LIMITS, false)
    const bytes = bytesOf(`junk${HEAD}`)
    const head = reader.read(bytes, 4, bytes.length)?.keep()
    bytes.fill(0)
    reader.facts.reset()
    expect(head && [head.get('x-a'), head.path, head.authority, written(head)]).toEqual(['1,3', '/a?b', 'One', 'GET /a?b HTTP/1.1\r\nHost: One\r\nX-A: 1\r\nX-B: 2\r\nX-a: 3\r\n'])
  })
})

describe('reading', () => {
  it('joins repeated fields with a comma, cookies with a semicolon, ignores case', () => {
    const head = read('GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n')
    head.append('x-a', '3')
    expect([head.get('x-a'), head.get('cookie'), head.get('none'), head.get(':method'), head.get(':path'), head.get('host'), head.has('x-a'), head.has(':nope')]).toEqual(['1,2,3', 'a=1; b=2', undefined, 'GET', '/', 'a', true, false])
  })

  it('treats `__proto__` and `constructor` as the names they are', () => {
    const head = read('GET / HTTP/1.1\r\nHost: a\r\n__proto__: 1\r\n\r\n')
    expect([head.get('__proto__'), head.get('constructor')]).toEqual(['1', undefined])
  })

  it('behaves like a head of strings under any edits', () => {
    const name = fc.constantFrom('a', 'b', 'x-long-name')
    const value = fc.string({ unit: fc.constantFrom('v', 'w', ' ', '~'), minLength: 1, maxLength: 30 }).map(text => `.${text}.`)
    const edit = fc.record({ kind: fc.constantFrom('set', 'append', 'remove'), name, value })
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), fc.array(edit, { maxLength: 6 }), (fields, edits) => {
        const raw = read(`GET / HTTP/1.1\r\nHost: a\r\n${fields.map(([n, v]) => `${n.toUpperCase()}: ${v}\r\n`).join('')}\r\n`)
        const plain = plainRequestHead({ method: 'GET', path: '/', authority: 'a', fields })
        for (const { kind, name: n, value: v } of edits) {
          for (const head of [raw, plain]) {
            if (kind === 'set') head.set(n, v)
            else if (kind === 'append') head.append(n, v)
            else head.remove(n)
          }
        }
        for (const n of ['a', 'b', 'x-long-name']) expect(raw.get(n)).toBe(plain.get(n))
        // What is written reads back as what was meant.
        const again = read(`${written(raw)}\r\n`)
        for (const n of ['a', 'b', 'x-long-name']) expect(again.get(n)).toBe(plain.get(n))
      }),
    )
  })
})
