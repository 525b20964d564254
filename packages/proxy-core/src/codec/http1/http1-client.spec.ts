/** HTTP/1.1 as a client: framing of answers, reuse, and what a hostile server cannot do. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_CODEC_OPTIONS, plainFields, plainRequestHead, type MessageStream, type RequestHead } from '../index.ts'
import { Recorder, sendBody } from '../testdata/recorder.ts'
import { RecordingStream, textOf } from '../testdata/recording-stream.ts'
import { http1Client } from './http1-client.ts'

function connect() {
  const stream = new RecordingStream()
  const recorder = new Recorder()
  const told: string[] = []
  const connection = http1Client(stream, DEFAULT_CODEC_OPTIONS, {
    onAvailable: () => void told.push('available'),
    onGoaway: () => void told.push('goaway'),
    onClose: detail => void told.push(`close ${detail}`),
  })
  const ask = (method = 'GET', fields: readonly (readonly [string, string])[] = [], end = true, upgrade?: string): MessageStream<RequestHead> => {
    const exchange = connection.newStream(recorder.events())
    exchange.sendHead(plainRequestHead({ method, path: '/p', authority: 'a', fields, ...(upgrade === undefined ? {} : { upgrade }) }), end)
    return exchange
  }
  return { stream, recorder, told, connection, ask }
}

describe('requests', () => {
  it('writes a head, and a body by length or in chunks', () => {
    const { stream, ask } = connect()
    ask('GET', [['x', '1']])
    expect(stream.takeText()).toBe('GET /p HTTP/1.1\r\nhost: a\r\nx: 1\r\n\r\n')
    stream.feed('HTTP/1.1 204 No Content\r\n\r\n')
    sendBody(ask('POST', [['content-length', '3']], false), 'abc')
    expect(stream.takeText()).toBe('POST /p HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc')
    stream.feed('HTTP/1.1 204 No Content\r\n\r\n')
    const chunked = ask('POST', [], false)
    sendBody(chunked, 'abc', false)
    chunked.sendTrailers(plainFields([['t', '1']]))
    expect(stream.takeText()).toBe('POST /p HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nt: 1\r\n\r\n')
  })

  it('says that there is no content where the method foresees some', () => {
    for (const [method, length] of [['POST', 'content-length: 0\r\n'], ['PUT', 'content-length: 0\r\n'], ['GET', ''], ['DELETE', '']] as const) {
      const { stream, ask } = connect()
      ask(method)
      expect(stream.takeText()).toBe(`${method} /p HTTP/1.1\r\nhost: a\r\n${length}\r\n`)
    }
  })

  it.each([
    ['more', 'abcd'],
    ['less', 'ab'],
  ])('resets a body that is %s than its Content-Length', (_title, body) => {
    const { stream, ask, recorder } = connect()
    sendBody(ask('POST', [['content-length', '3']], false), body)
    expect(stream.state).toBe('destroyed')
    expect(recorder.messages[0]?.reset).toBe('internal: http1.body_length_mismatch')
  })

  it('takes one exchange at a time', () => {
    const { connection, ask, stream, told } = connect()
    expect(connection.canTakeStream).toBe(true)
    ask()
    expect(connection.canTakeStream).toBe(false)
    stream.feed('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    expect(connection.canTakeStream).toBe(true)
    expect(told).toEqual(['available'])
  })
})

describe('answers', () => {
  it.each([
    ['by length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello', true],
    ['by chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', 'hello', true],
    ['without a reason phrase', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', 'ok', true],
    ['with Connection: close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok', 'ok', false],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', 'ok', false],
    ['of HTTP/1.0 that keeps alive', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok', 'ok', true],
    ['204 of length 0', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', '', true],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', '', true],
  ])('%s', (_title, answer, body, reusable) => {
    for (const size of [Infinity, 1]) {
      const { stream, recorder, ask, connection } = connect()
      ask()
      stream.feed(answer, size)
      expect(recorder.messages).toMatchObject([{ body, ended: true }])
      expect(connection.canTakeStream).toBe(reusable)
    }
  })

  it('that end with the connection', () => {
    const { stream, recorder, ask } = connect()
    ask()
    stream.feed('HTTP/1.1 200 OK\r\n\r\npart one, ')
    stream.feed('part two')
    expect(recorder.messages[0]?.ended).toBe(false)
    stream.peerEnds()
    expect(recorder.messages).toMatchObject([{ body: 'part one, part two', ended: true }])
  })

  it('to HEAD have no body', () => {
    const { stream, recorder, ask } = connect()
    ask('HEAD')
    stream.feed('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n')
    expect(recorder.messages).toMatchObject([{ head: { status: 200, length: 500 }, ended: true }])
  })

  it('may be preceded by interim ones', () => {
    const { stream, recorder, ask } = connect()
    ask()
    stream.feed('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    expect(recorder.messages).toMatchObject([{ informational: [100, 103], head: { status: 200 }, ended: true }])
  })

  it('cut short are a reset, not an end', () => {
    const broken = 'protocol: http1.truncated_response'
    for (const [cut, reset] of [['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', broken], ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel', broken], ['HTTP/1.1 200', broken], ['', 'connection: connection_termination']] as const) {
      const { stream, recorder, ask, told } = connect()
      ask()
      stream.feed(cut)
      stream.peerEnds()
      expect(recorder.messages[0]).toMatchObject({ ended: false, reset })
      expect(told).toContain('goaway')
    }
  })

  it('before the request is complete end the exchange and the connection', () => {
    const { stream, recorder, ask, told } = connect()
    const exchange = ask('POST', [['content-length', '100']], false)
    stream.feed('HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n')
    expect(recorder.messages).toMatchObject([{ head: { status: 413 }, ended: true }])
    expect(told).toEqual(['goaway'])
    expect(sendBody(exchange, 'x')).toBe(true)
  })
})

describe('a hostile server', () => {
  it.each([
    ['both length fields', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n'],
    ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['status 099', 'HTTP/1.1 099 X\r\n\r\n'],
    ['status 1000', 'HTTP/1.1 1000 X\r\n\r\n'],
    ['CR in the reason', 'HTTP/1.1 200 O\rK\r\n\r\n'],
    ['a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
    ['101 unasked', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['HTTP/2', '\0\0\x12\x04\0\0\0\0\0'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a head of 1 MB', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(1_000_000)}\r\n\r\n`],
    ['204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n'],
    ['204 in chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a storm of 103', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10_000)],
  ])('is cut off for %s', (_title, answer) => {
    const { stream, recorder, ask } = connect()
    ask()
    stream.feed(answer)
    expect(recorder.messages[0]).toMatchObject({ ended: false, reset: expect.stringMatching(/^protocol: /) })
    expect(recorder.messages[0]?.body).toBe('')
    expect(stream.state).toBe('destroyed')
  })

  it('cannot answer before it is asked, nor shift its answers', () => {
    const early = connect()
    early.stream.feed('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    expect(early.stream.state).toBe('destroyed')
    const surplus = connect()
    surplus.ask()
    surplus.stream.feed('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil')
    expect(surplus.recorder.messages).toMatchObject([{ body: 'ok', ended: true }])
    expect(surplus.stream.state).toBe('destroyed')
    expect(surplus.connection.canTakeStream).toBe(false)
    const unsent = connect()
    unsent.connection.newStream(unsent.recorder.events())
    unsent.stream.feed('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    expect(unsent.recorder.messages[0]?.reset).toBe('protocol: http1.unsolicited_response')
  })
})

describe('life', () => {
  it('closes when the owner gives up, because the answer may still come', () => {
    const { stream, ask, recorder } = connect()
    ask().reset('timeout')
    expect(stream.state).toBe('destroyed')
    expect(recorder.messages[0]).not.toHaveProperty('reset')
  })

  it('tells the pool that an idle connection is gone', () => {
    const { stream, told } = connect()
    stream.peerEnds()
    expect(told).toEqual(['goaway'])
    stream.peerVanishes()
    expect(told).toEqual(['goaway', 'close reset by peer'])
  })

  it('hands over a tunnel with the bytes that came with the answer', () => {
    for (const [method, upgrade, answer] of [['GET', 'websocket', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nframe'], ['CONNECT', undefined, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nframe']] as const) {
      const stream = new RecordingStream()
      const connection = http1Client(stream, DEFAULT_CODEC_OPTIONS, { onAvailable() {}, onGoaway() {}, onClose() {} })
      let raw = ''
      const exchange = connection.newStream({
        onHead: () => exchange.tunnel().setEvents({ onData: (bytes, from, to) => void (raw += textOf(bytes.subarray(from, to))), onEnd() {}, onDrain() {}, onClose() {} }),
        onData() {},
        onTrailers() {},
        onReset() {},
        onDrain() {},
      })
      exchange.sendHead(plainRequestHead({ method, path: '/', authority: 'a:1', ...(upgrade ? { upgrade } : {}) }), false)
      expect(stream.takeText()).toBe(upgrade ? 'GET / HTTP/1.1\r\nhost: a:1\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n' : 'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n')
      stream.feed(answer)
      expect(raw).toBe('frame')
      expect(connection.canTakeStream).toBe(false)
    }
  })
})
