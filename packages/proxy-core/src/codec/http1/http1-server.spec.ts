/** HTTP/1.1 as a server: what is understood, what is refused, and that segmentation makes no difference. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_CODEC_OPTIONS, plainResponseHead } from '../index.ts'
import { Recorder } from '../testdata/recorder.ts'
import { RecordingStream } from '../testdata/recording-stream.ts'
import { answerOk, GET, serving, silently } from '../testdata/serve.ts'
import { http1Server } from './http1-server.ts'

const serve = serving(http1Server)

describe('requests', () => {
  it('reads a head without a body', () => {
    const { stream, recorder } = serve()
    stream.feed('GET /p?q=1 HTTP/1.1\r\nHost: example.com:80\r\nX-One: 1\r\nx-two:  two \t\r\nX-One: 1b\r\n\r\n')
    expect(recorder.messages).toEqual([
      {
        head: { method: 'GET', path: '/p?q=1', authority: 'example.com:80', scheme: 'http', protocol: 'HTTP/1.1', upgrade: undefined, absoluteForm: false, length: undefined },
        fields: [['x-one', '1'], ['x-two', 'two'], ['x-one', '1b']],
        body: '',
        ended: true,
        informational: [],
      },
    ])
    expect(stream.takeText()).toBe('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
  })

  it('reads a body by length and by chunks, trailers included', () => {
    const { stream, recorder } = serve()
    stream.feed('POST /l HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello')
    stream.feed('POST /c HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX-T: 1\r\nContent-Length: 5\r\nHost: evil\r\n\r\n')
    expect(recorder.messages.map(message => message.body)).toEqual(['hello', 'abc0123456789'])
    expect(recorder.messages[1]?.trailers).toEqual([['x-t', '1']])
    expect(recorder.messages[1]?.fields).toEqual([])
  })

  it('takes host and scheme from an absolute target and forwards neither it nor the Host line', () => {
    const { stream, recorder } = serve()
    stream.feed('GET https://evil:8443?x=1 HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(recorder.messages[0]?.head).toMatchObject({ authority: 'evil:8443', path: '/?x=1', scheme: 'https', absoluteForm: true })
  })

  it('keeps hop-by-hop fields to itself, also those named in Connection, but never end-to-end ones', () => {
    const { stream, recorder } = serve()
    stream.feed(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop, X-Forwarded-For, Authorization\r\nKeep-Alive: 5\r\nX-Hop: 1\r\nX-Forwarded-For: 1.2.3.4\r\nAuthorization: b\r\nProxy-Connection: x\r\nTE: gzip\r\nHTTP2-Settings: AAA\r\nUpgrade: h2c\r\n\r\n',
    )
    expect(recorder.messages[0]?.fields).toEqual([['x-forwarded-for', '1.2.3.4'], ['authorization', 'b']])
    expect(recorder.messages[0]?.head['upgrade']).toBeUndefined()
  })

  it('keeps `te: trailers`, which gRPC needs on the next hop', () => {
    const { stream, recorder } = serve()
    stream.feed('GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: te\r\n\r\n')
    expect(recorder.messages[0]?.fields).toEqual([['te', 'trailers']])
  })

  it('ignores one empty line before a request, not two', () => {
    const one = serve()
    one.stream.feed(`\r\n${GET}`)
    expect(one.recorder.messages).toHaveLength(1)
    const two = serve()
    two.stream.feed(`\r\n\r\n${GET}`, 1)
    expect(two.recorder.messages).toHaveLength(0)
    expect(two.stream.takeText()).toContain(' 400 ')
  })

  it('answers pipelined requests in order, one at a time', () => {
    const { stream, recorder, streams } = serve(silently)
    stream.feed('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHo')
    expect(recorder.messages).toHaveLength(1)
    expect(stream.paused).toBe(true)
    streams[0]?.sendHead(plainResponseHead(201), true)
    expect(recorder.messages).toHaveLength(2)
    streams[1]?.sendHead(plainResponseHead(202), true)
    expect(stream.paused).toBe(false)
    stream.feed('st: a\r\n\r\n')
    expect(recorder.messages.map(message => message.head['path'])).toEqual(['/1', '/2', '/3'])
    expect(stream.takeText().match(/ 20\d /g)).toEqual([' 201 ', ' 202 '])
  })
})

describe('what is refused, with nothing passed on', () => {
  const post = (lines: string, body = ''): string => `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n${body}`
  const withHost = (host: string): string => `GET / HTTP/1.1\r\n${host}\r\n\r\n`
  const line = (text: string): string => `${text}\r\nHost: a\r\n\r\n`
  const cases: readonly [title: string, input: string, status: number][] = [
    ['both length fields', post('Content-Length: 3\r\nTransfer-Encoding: chunked', '0\r\n\r\n'), 400],
    ['both length fields, the other order', post('Transfer-Encoding: chunked\r\nContent-Length: 3', '0\r\n\r\n'), 400],
    ['two different lengths', post('Content-Length: 3\r\nContent-Length: 4', 'abcd'), 400],
    ['the same length twice', post('Content-Length: 3\r\nContent-Length: 3', 'abc'), 400],
    ['a list of lengths', post('Content-Length: 2, 2', 'ab'), 400],
    ...['+2', '-1', '1_0', '0x2', '', '100000000000000000000', '2 ', '1 2'].filter(value => value !== '2 ').map((value): [string, string, number] => [`length \`${value}\``, post(`Content-Length: ${value}`, 'ab'), 400]),
    ['coding xchunked', post('Transfer-Encoding: xchunked'), 501],
    ['coding identity', post('Transfer-Encoding: identity'), 501],
    ['chunked, identity', post('Transfer-Encoding: chunked, identity'), 501],
    ['gzip, chunked', post('Transfer-Encoding: gzip, chunked'), 501],
    ['two codings in two lines', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'), 501],
    ['a control byte in the coding', post('Transfer-Encoding: \x0bchunked'), 400],
    ['an empty coding', post('Transfer-Encoding:\r\nContent-Length: 2', 'ab'), 400],
    ['an empty coding alone', post('Transfer-Encoding: '), 501],
    ['space before the colon', post('Transfer-Encoding : chunked'), 400],
    ['a folded line', post('X-A: 1\r\n 2'), 400],
    ['a folded coding', post('Transfer-Encoding:\r\n chunked'), 400],
    ['a leading space', `GET / HTTP/1.1\r\n Host: a\r\n\r\n`, 400],
    ['bare LF everywhere', GET.replaceAll('\r\n', '\n'), 400],
    ['one bare LF', 'GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n', 400],
    ['bare CR in a value', post('X: a\rb'), 400],
    ['NUL in a value', post('X: a\0b'), 400],
    ['a control byte in a value', post('X: a\x01b'), 400],
    ['no colon', post('NoColon'), 400],
    ['an empty name', post(': x'), 400],
    ['a space in a name', post('X Y: z'), 400],
    ['a non-ASCII name', post('\xef: z'), 400],
    ['two hosts', withHost('Host: a\r\nHost: b'), 400],
    ['the same host twice', withHost('Host: a\r\nHost: a'), 400],
    ...['a b', 'a/b', 'a@b', 'a,b', '', 'a:b', 'a:99999', 'a?b', '[::1', 'a\xe9'].map((host): [string, string, number] => [`host \`${host}\``, withHost(`Host: ${host}`), 400]),
    ['HTTP/2.0', line('GET / HTTP/2.0'), 426],
    ['HTTP/1.2', line('GET / HTTP/1.2'), 426],
    ['HTTP/1.0 by default', line('GET / HTTP/1.0'), 426],
    ['HTTP/0.9', 'GET /\r\n\r\n', 426],
    ['a method that nobody knows', line('FROB / HTTP/1.1'), 400],
    ['a method in lower case', line('get / HTTP/1.1'), 400],
    ['lower-case version', line('GET / http/1.1'), 400],
    ['two spaces', line('GET  / HTTP/1.1'), 400],
    ['a tab', line('GET\t/ HTTP/1.1'), 400],
    ['a trailing space', line('GET / HTTP/1.1 '), 400],
    ['a method that is no token', line('GE(T / HTTP/1.1'), 400],
    ['a non-ASCII target', line('GET /\xff HTTP/1.1'), 400],
    ['a relative target', line('GET a HTTP/1.1'), 400],
    ['an unknown scheme', line('GET ftp://a/ HTTP/1.1'), 400],
    ['user information', line('GET http://u@a/ HTTP/1.1'), 400],
    ['GET *', line('GET * HTTP/1.1'), 400],
    ['CONNECT without a port', line('CONNECT a HTTP/1.1'), 400],
    ['CONNECT with a path', line('CONNECT /x HTTP/1.1'), 400],
    ['TLS', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1', 400],
    ['101 fields', post(Array.from({ length: 101 }, (_, i) => `x-${i}: 1`).join('\r\n')), 431],
    ['a head of 70 KiB', post(`X: ${'a'.repeat(70_000)}`), 431],
  ]

  it.each(cases)('%s', (_title, input, status) => {
    for (const size of [Infinity, 1, 7]) {
      const { stream, recorder } = serve()
      stream.feed(input, size)
      expect(recorder.messages).toEqual([])
      const answer = stream.takeText()
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(answer).toContain('connection: close\r\n')
      expect(stream.state).toBe('closing')
      expect(recorder.problems).toHaveLength(1)
    }
  })

  it('the same inputs with the fault repaired pass (the table can fail)', () => {
    for (const good of [post('Transfer-Encoding: chunked', '0\r\n\r\n'), post('Content-Length: 2', 'ab'), post('X-A: 1 2'), withHost('Host: a:8080'), withHost('Host: [::1]:80'), line('OPTIONS * HTTP/1.1'), line('CONNECT a:22 HTTP/1.1'), line('GET http://a/ HTTP/1.1')]) {
      const { stream, recorder } = serve()
      stream.feed(good)
      expect([good, recorder.problems]).toEqual([good, []])
      expect(recorder.messages).toHaveLength(1)
    }
  })

  it('limits are what refuses large heads', () => {
    const { stream, recorder } = serve(answerOk, { maxHeaders: 200, maxHeadBytes: 100_000 })
    stream.feed(post(`${Array.from({ length: 101 }, (_, i) => `x-${i}: 1`).join('\r\n')}\r\nX: ${'a'.repeat(70_000)}`), 1000)
    expect(recorder.messages).toHaveLength(1)
  })

  it.each(['0x2', '+2', '0_2', '-1', '2 ', ' 2', '11111111111111111', '', 'g', '2\n', '2;a\rb', '2;a\nb'])('chunk size `%s`', size => {
    const { stream, recorder } = serve()
    stream.feed(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\nab\r\n0\r\n\r\n`)
    expect(recorder.messages[0]).toMatchObject({ body: '', ended: false, reset: 'protocol: http1.bad_chunk' })
    expect(stream.takeText()).toContain(' 400 ')
    expect(stream.state).toBe('closing')
  })

  it.each([
    ['a wrong end of a chunk', '2\r\nabX\r\n0\r\n\r\n'],
    ['LF after the data', '2\r\nab\n0\r\n\r\n'],
    ['a final LF', '2\r\nab\r\n0\r\n\n'],
    ['a folded trailer', '2\r\nab\r\n0\r\nA: b\r\n c\r\n\r\n'],
  ])('%s passes nothing of its read on', (_title, body) => {
    const { stream, recorder } = serve()
    stream.feed(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`)
    expect(recorder.messages[0]).toMatchObject({ body: '', ended: false, reset: expect.stringContaining('protocol') })
    expect(stream.takeText()).toContain(' 400 ')
  })

  it('64 KiB of chunk extensions', () => {
    const { stream, recorder } = serve()
    stream.feed(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;${'e'.repeat(65_536)}\r\na\r\n0\r\n\r\n`, 1000)
    expect(stream.takeText()).toContain(' 413 ')
    expect(recorder.messages[0]?.ended).toBe(false)
  })
})

describe('segmentation', () => {
  const conversation =
    'POST /c?x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-A:  b \r\n\r\n5\r\nhello\r\n6;ext="1"\r\n world\r\n0\r\nT: 1\r\n\r\n' +
    '\r\nGET /2 HTTP/1.1\r\nhost: [::1]:9\r\n\r\nPUT http://b/3 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nCookie: a=1\r\nCookie: b=2\r\n\r\nxyz'

  const run = (feed: (stream: RecordingStream) => void) => {
    const { stream, recorder } = serve()
    feed(stream)
    return { messages: recorder.messages, output: stream.takeText() }
  }

  it('a split at any byte gives the same messages and the same answers', () => {
    const whole = run(stream => stream.feed(conversation))
    expect(whole.messages).toHaveLength(3)
    expect(whole.messages[0]).toMatchObject({ body: 'hello world', trailers: [['t', '1']] })
    for (let at = 1; at < conversation.length; at++) {
      const split = run(stream => {
        stream.feed(conversation.slice(0, at))
        stream.feed(conversation.slice(at))
      })
      expect(split).toEqual(whole)
    }
  })

  it('any chunking of any body in any segmentation is the body again', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }), { maxLength: 8 }), fc.integer({ min: 1, max: 60 }), (parts, size) => {
        const body = parts.map(part => `${part.length.toString(16)}\r\n${part}\r\n`).join('')
        const { stream, recorder } = serve()
        stream.feed(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}0\r\n\r\n`, size)
        expect(recorder.messages).toMatchObject([{ body: parts.join(''), ended: true }])
      }),
    )
  })

  it('any bytes whatever are refused or understood, never a crash, and a head byte by byte costs linear time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 300 }), (bytes, size) => {
        const { stream, recorder } = serve()
        stream.feed(bytes, size)
        expect(recorder.problems.length).toBeLessThanOrEqual(1)
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: conversation.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const { stream } = serve()
        stream.feed(conversation.slice(0, at) + String.fromCharCode(byte) + conversation.slice(at + 1))
        expect(stream.state).not.toBe('destroyed')
      }),
      { numRuns: 500 },
    )
  })

  it('says once that a head has begun', () => {
    let started = 0
    const stream = new RecordingStream()
    http1Server(stream, DEFAULT_CODEC_OPTIONS, { onStream: () => new Recorder().events(), onHeadStarted: () => started++, onProtocolError() {}, onClose() {} })
    stream.feed(GET, 3)
    expect(started).toBe(1)
  })
})
