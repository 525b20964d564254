/** HTTP/1.1 as a server: what is sent, when a connection ends, and what a tunnel makes of it. */
import { describe, expect, it } from 'vitest'
import { plainFields, plainResponseHead, type CodecOptions } from '../index.ts'
import { sendBody } from '../testdata/recorder.ts'
import { textOf } from '../testdata/recording-stream.ts'
import { answerOk, GET, serving, silently, type React } from '../testdata/serve.ts'
import { http1Server } from './http1-server.ts'

const serve = serving(http1Server)

describe('responses', () => {
  const answered = (request: string, react: React, at: 'end' | 'head' = 'end', options: Partial<CodecOptions> = {}): { text: string; state: string } => {
    const { stream } = serve(react, options, at)
    stream.feed(request)
    return { text: stream.takeText(), state: stream.state }
  }

  it('chunks a body of unknown length and ends it with trailers', () => {
    const { text } = answered(GET, stream => {
      stream.sendHead(plainResponseHead(200, [['x', '1']]), false)
      sendBody(stream, 'hello, long enough for two digits', false)
      sendBody(stream, 'b', false)
      stream.sendTrailers(plainFields([['t', '2']]))
    })
    expect(text).toBe('HTTP/1.1 200 OK\r\nx: 1\r\ntransfer-encoding: chunked\r\n\r\n21\r\nhello, long enough for two digits\r\n1\r\nb\r\n0\r\nt: 2\r\n\r\n')
  })

  it('keeps a known length', () => {
    const { text } = answered(GET, stream => {
      stream.sendHead(plainResponseHead(200, [['content-length', '3']]), false)
      sendBody(stream, 'abc')
    })
    expect(text).toBe('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc')
  })

  it('never sends more than Content-Length promised, and breaks the connection over less', () => {
    const more = answered(GET, stream => {
      stream.sendHead(plainResponseHead(200, [['content-length', '3']]), false)
      sendBody(stream, 'abcHTTP/1.1 200 smuggled')
    })
    expect(more.text.endsWith('\r\n\r\nabc')).toBe(true)
    const less = answered(GET, stream => {
      stream.sendHead(plainResponseHead(200, [['content-length', '30']]), false)
      sendBody(stream, 'abc')
    })
    expect(less.state).toBe('destroyed')
  })

  it('sends no body for HEAD, 204 and 304', () => {
    const body: React = stream => {
      stream.sendHead(plainResponseHead(200, [['content-length', '3']]), false)
      sendBody(stream, 'abc')
    }
    expect(answered(GET.replace('GET', 'HEAD'), body).text).toBe('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n')
    const without = (status: number): string =>
      answered(GET, stream => {
        stream.sendHead(plainResponseHead(status, [['content-length', '3']]), false)
        sendBody(stream, 'abc')
      }).text
    expect(without(204)).toBe('HTTP/1.1 204 No Content\r\n\r\n')
    expect(without(304)).toBe('HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\n\r\n')
  })

  it('closes when the client asked for it, and for HTTP/1.0 with a body that ends with the connection', () => {
    expect(answered('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', answerOk)).toEqual({ text: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n', state: 'closing' })
    const old = answered(
      'GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n',
      stream => {
        stream.sendHead(plainResponseHead(200), false)
        sendBody(stream, 'abc')
      },
      'end',
      { acceptHttp10: true },
    )
    expect(old).toEqual({ text: 'HTTP/1.0 200 OK\r\nconnection: close\r\n\r\nabc', state: 'closing' })
  })

  it('answers early and then reads no more of the request', () => {
    const { stream, recorder } = serve(stream => stream.sendHead(plainResponseHead(413), true), {}, 'head')
    stream.feed('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart')
    expect(stream.takeText()).toBe('HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
    expect(stream.state).toBe('closing')
    expect(recorder.messages[0]).not.toHaveProperty('reset')
  })

  it('drains: the running exchange is finished, then the connection closes', () => {
    const { stream, streams, connection } = serve(silently)
    stream.feed(GET)
    connection.drain()
    expect(stream.state).toBe('open')
    streams[0]?.sendHead(plainResponseHead(200), true)
    expect(stream.takeText()).toContain('connection: close')
    expect(stream.state).toBe('closing')
  })

  it('closes at once when drained while idle', () => {
    const { stream, connection } = serve()
    stream.feed(GET)
    connection.drain()
    expect(stream.state).toBe('closing')
  })

  it('cancels the exchange of a client that has gone', () => {
    const { stream, recorder, streams } = serve(silently)
    stream.feed(GET)
    stream.peerEnds()
    expect(recorder.messages[0]?.reset).toBe('connection: downstream_remote_disconnect')
    streams[0]?.sendHead(plainResponseHead(200), true)
    expect(stream.takeText()).toBe('')
  })

  it('cannot be made to start a new line by a value', () => {
    const { text } = answered(GET, stream => stream.sendHead(plainResponseHead(200, [['x', 'a\r\nset-cookie: b'], ['bad name', 'c'], ['u', 'ĊĐ€']]), true))
    expect(text).toBe('HTTP/1.1 200 OK\r\nx: a  set-cookie: b\r\nu: \xc4\x8a\xc4\x90\xe2\x82\xac\r\ncontent-length: 0\r\n\r\n')
  })

  it('pauses the connection for a slow consumer and wakes a stopped sender', () => {
    const { stream, streams, recorder } = serve(silently)
    stream.feed('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab')
    streams[0]?.pause()
    expect(stream.paused).toBe(true)
    streams[0]?.resume()
    expect(stream.paused).toBe(false)
    streams[0]?.sendHead(plainResponseHead(200, [['content-length', '9']]), false)
    stream.flows = false
    expect(streams[0] && sendBody(streams[0], 'abc', false)).toBe(false)
    stream.drain()
    expect(recorder.drains).toBe(1)
  })
})

describe('tunnels', () => {
  it('holds early bytes of CONNECT until it is accepted, then hands them over raw', () => {
    const { stream, streams, recorder } = serve(silently)
    stream.feed('CONNECT db:5432 HTTP/1.1\r\nHost: ignored\r\n\r\nearly')
    expect(recorder.messages[0]).toMatchObject({ head: { method: 'CONNECT', authority: 'db:5432' }, ended: false, body: '' })
    streams[0]?.sendHead(plainResponseHead(200), false)
    expect(stream.takeText()).toBe('HTTP/1.1 200 OK\r\n\r\n')
    const tunnel = streams[0]?.tunnel()
    let raw = ''
    tunnel?.setEvents({ onData: (bytes, from, to) => void (raw += textOf(bytes.subarray(from, to))), onEnd() {}, onDrain() {}, onClose() {} })
    stream.settle()
    stream.feed(' late')
    expect(raw).toBe('early late')
  })

  it('parses nothing that followed a refused CONNECT', () => {
    const { stream, streams, recorder } = serve(silently)
    stream.feed(`CONNECT db:5432 HTTP/1.1\r\nHost: a\r\n\r\n${GET}`)
    streams[0]?.sendHead(plainResponseHead(403), true)
    expect(stream.takeText()).toContain('connection: close')
    expect(stream.state).toBe('closing')
    expect(recorder.messages).toHaveLength(1)
  })

  const websocket = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: k\r\n\r\n'

  it('switches protocols only on 101', () => {
    const { stream, streams, recorder } = serve(silently)
    stream.feed(`${websocket}frame`)
    expect(recorder.messages[0]).toMatchObject({ head: { upgrade: 'websocket' }, ended: false, fields: [['sec-websocket-key', 'k']] })
    streams[0]?.sendHead(plainResponseHead(101, [['sec-websocket-accept', 'x']]), false)
    expect(stream.takeText()).toBe('HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n')
    let raw = ''
    streams[0]?.tunnel().setEvents({ onData: (bytes, from, to) => void (raw += textOf(bytes.subarray(from, to))), onEnd() {}, onDrain() {}, onClose() {} })
    stream.settle()
    expect(raw).toBe('frame')
  })

  it('parses nothing that followed a refused upgrade', () => {
    const { stream, streams, recorder } = serve(silently)
    stream.feed(`${websocket}GET /next HTTP/1.1\r\nHost: a\r\n\r\n`)
    streams[0]?.sendHead(plainResponseHead(426), true)
    expect(stream.takeText()).toContain('connection: close')
    expect(recorder.messages.map(message => message.head['path'])).toEqual(['/ws'])
  })

  it.each([['without Connection: upgrade', 'Upgrade: websocket'], ['with a body', 'Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1']])('knows no upgrade %s', (_title, lines) => {
    const { stream, recorder } = serve()
    stream.feed(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\nx`)
    expect(recorder.messages[0]?.head['upgrade']).toBeUndefined()
  })
})
