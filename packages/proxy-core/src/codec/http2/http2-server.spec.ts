/** HTTP/2 as a server: streams, flow control, what is malformed, and floods. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_CODEC_OPTIONS, plainFields, plainResponseHead } from '../index.ts'
import { HTTP2_PREFACE } from '../detect-http.ts'
import { block, codeOf, concat, frame, headerLists, readFrames, requestBlock, uint32, type ReadFrame } from '../testdata/frames.ts'
import { Recorder, sendBody } from '../testdata/recorder.ts'
import { RecordingStream, textOf } from '../testdata/recording-stream.ts'
import { answerOk, serving, silently, type Serve } from '../testdata/serve.ts'
import { http2Server } from './http2-server.ts'
import { CODE, FLAG, FRAME } from './protocol.ts'

const OPENING = concat(HTTP2_PREFACE, frame(FRAME.settings, 0, 0))
const END = FLAG.endStream | FLAG.endHeaders

const overHttp2 = serving(http2Server)
/** A connection whose preface and SETTINGS are done with. */
const serve: Serve = (...how) => {
  const served = overHttp2(...how)
  served.stream.feed(OPENING)
  served.stream.take()
  return served
}

const get = (id: number, path = '/'): Uint8Array => frame(FRAME.headers, END, id, requestBlock(path))
const sentBy = (stream: RecordingStream): ReadFrame[] => readFrames(stream.take())
const goaway = (frames: readonly ReadFrame[]): number | undefined => codeOf(frames.find(read => read.type === FRAME.goaway))
const dataText = (frames: readonly ReadFrame[]): string => frames.filter(read => read.type === FRAME.data).map(read => textOf(read.payload)).join('')

describe('exchanges', () => {
  it('announces its limits', () => {
    const stream = new RecordingStream()
    http2Server(stream, DEFAULT_CODEC_OPTIONS, { onStream: () => new Recorder().events(), onProtocolError() {}, onClose() {} })
    const [settings, window] = sentBy(stream)
    expect(settings?.type).toBe(FRAME.settings)
    expect([...(settings?.payload ?? [])]).toEqual([0, 4, ...uint32(65536), 0, 6, ...uint32(61440), 0, 3, ...uint32(100), 0, 8, ...uint32(1)])
    expect([window?.type, window?.id]).toEqual([FRAME.windowUpdate, 0])
  })

  it('serves many streams, in any segmentation', () => {
    const bytes = concat(frame(FRAME.headers, FLAG.endHeaders, 1, requestBlock('/1', [['content-length', '5']])), get(3, '/3'), frame(FRAME.data, FLAG.padded, 1, [2, 104, 101, 0, 0]), frame(FRAME.data, FLAG.endStream, 1, [108, 108, 111]), frame(99, 1, 1, [1]), get(5, '/5'))
    const run = (size: number) => {
      const { stream, recorder } = serve()
      stream.feed(bytes, size)
      return { messages: recorder.messages, problems: recorder.problems, headers: headerLists(sentBy(stream)) }
    }
    const whole = run(Infinity)
    expect(whole.messages).toMatchObject([
      { head: { method: 'GET', path: '/1', authority: 'a', scheme: 'http', protocol: 'HTTP/2', length: 5 }, body: 'hello', ended: true },
      { head: { path: '/3' }, ended: true },
      { head: { path: '/5' }, ended: true },
    ])
    expect(whole.headers).toEqual([[':status', '200'], [':status', '200'], [':status', '200']])
    for (let size = 1; size < 40; size++) expect(run(size)).toEqual(whole)
  })

  it('takes trailers and sends them, also behind queued bytes', () => {
    const { stream, recorder, streams } = serve(silently)
    stream.feed(concat(frame(FRAME.settings, 0, 0, [0, 4, ...uint32(3)]), frame(FRAME.headers, FLAG.endHeaders, 1, requestBlock()), frame(FRAME.data, 0, 1, [97]), frame(FRAME.headers, END, 1, block([['grpc-status', '0']]))))
    expect(recorder.messages).toMatchObject([{ body: 'a', trailers: [['grpc-status', '0']], ended: true }])
    const [exchange] = streams
    stream.take()
    exchange?.sendHead(plainResponseHead(200), false)
    expect(exchange && sendBody(exchange, 'abcdef', false)).toBe(false)
    exchange?.sendTrailers(plainFields([['t', '1']]))
    stream.feed(frame(FRAME.windowUpdate, 0, 1, uint32(10)))
    const frames = sentBy(stream)
    expect(dataText(frames)).toBe('abcdef')
    expect(headerLists(frames)).toEqual([[':status', '200'], ['t', '1']])
    expect(frames.at(-1)).toMatchObject({ type: FRAME.headers, flags: END })
  })

  it('joins cookies and takes host for authority', () => {
    const { stream, recorder } = serve()
    stream.feed(frame(FRAME.headers, END, 1, block([[':method', 'GET'], [':scheme', 'https'], [':path', '/'], ['cookie', 'a=1'], ['host', 'h'], ['x', 'y'], ['cookie', 'b=2']])))
    expect(recorder.messages).toMatchObject([{ head: { authority: 'h', scheme: 'https' }, fields: [['cookie', 'a=1; b=2'], ['x', 'y']] }])
  })

  it('splits a long head into CONTINUATION frames and reads such heads', () => {
    const { stream, recorder } = serve(exchange => exchange.sendHead(plainResponseHead(200, Array.from({ length: 50 }, (_, i) => [`x-${i}`, 'v'.repeat(900)] as const)), true))
    const long = requestBlock('/', Array.from({ length: 40 }, (_, i) => [`x-${i}`, 'v'.repeat(1000)] as const))
    stream.feed(concat(frame(FRAME.headers, FLAG.endStream, 1, long.slice(0, 100)), frame(FRAME.continuation, 0, 1, long.slice(100, 16000)), frame(FRAME.continuation, 0, 1, long.slice(16000, 32000)), frame(FRAME.continuation, FLAG.endHeaders, 1, long.slice(32000))))
    expect(recorder.messages[0]?.fields).toHaveLength(40)
    expect(sentBy(stream).map(read => read.type)).toEqual([FRAME.headers, FRAME.continuation, FRAME.continuation])
  })

  it('ends a stream whose answer is complete before its request', () => {
    const { stream, recorder } = serve(exchange => exchange.sendHead(plainResponseHead(413), true), {}, 'head')
    stream.feed(frame(FRAME.headers, FLAG.endHeaders, 1, requestBlock()))
    const frames = sentBy(stream)
    expect(frames.map(read => read.type)).toEqual([FRAME.headers, FRAME.reset])
    expect(codeOf(frames[1])).toBe(CODE.noError)
    stream.feed(frame(FRAME.data, FLAG.endStream, 1, [1, 2, 3]))
    expect(sentBy(stream)).toEqual([])
    expect(recorder.problems).toEqual([])
  })

  it('drains in two steps and closes after the last stream', () => {
    const { stream, connection, streams } = serve(silently)
    stream.feed(get(1))
    connection.drain()
    const ping = sentBy(stream).find(read => read.type === FRAME.ping)
    stream.feed(get(3))
    stream.feed(frame(FRAME.ping, FLAG.ack, 0, ping?.payload ?? []))
    expect(sentBy(stream).find(read => read.type === FRAME.goaway)?.payload.slice(0, 4)).toEqual(Uint8Array.from(uint32(3)))
    stream.feed(get(5))
    expect(codeOf(sentBy(stream)[0])).toBe(CODE.refused)
    for (const exchange of streams) exchange.sendHead(plainResponseHead(200), true)
    expect(stream.state).toBe('closing')
  })

  it('tells owners of lost streams', () => {
    const { stream, recorder, connection } = serve(silently)
    stream.feed(concat(get(1), get(3)))
    stream.feed(frame(FRAME.reset, 0, 1, uint32(CODE.cancel)))
    expect(recorder.messages[0]?.reset).toBe('cancel: http2.remote_reset')
    stream.peerVanishes()
    expect(recorder.messages[1]?.reset).toBe('connection: reset by peer')
    expect([recorder.closed, connection.active]).toEqual([1, 0])
  })
})

describe('flow control', () => {
  it('sends no more than both windows allow, and all of it in the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 20 }), fc.integer({ min: 0, max: 600 }), (initial, grants, length) => {
        const { stream, streams, recorder } = serve(silently)
        stream.feed(concat(frame(FRAME.settings, 0, 0, [0, 4, ...uint32(initial)]), get(1)))
        streams[0]?.sendHead(plainResponseHead(200), false)
        const body = 'x'.repeat(length)
        const flows = streams[0] ? sendBody(streams[0], body) : false
        let window = initial
        let sent = dataText(sentBy(stream)).length
        expect(sent).toBe(Math.min(window, length))
        expect(flows).toBe(sent === length)
        for (const grant of grants) {
          window += grant
          stream.feed(frame(FRAME.windowUpdate, 0, 1, uint32(grant)))
          sent += dataText(sentBy(stream)).length
          expect(sent).toBe(Math.min(window, length))
        }
        if (sent === length && !flows) expect(recorder.drains).toBe(1)
      }),
    )
  })

  it('takes turns on a small connection window', () => {
    const { stream, streams } = serve(silently)
    stream.feed(concat(frame(FRAME.settings, 0, 0, [0, 4, ...uint32(1_000_000)]), get(1), get(3)))
    for (const exchange of streams) {
      exchange.sendHead(plainResponseHead(200), false)
      sendBody(exchange, 'x'.repeat(100_000))
    }
    expect(dataText(sentBy(stream)).length).toBe(65_535)
    const seen = new Set<number>()
    for (let i = 0; i < 12; i++) {
      stream.feed(frame(FRAME.windowUpdate, 0, 0, uint32(16_384)))
      for (const read of sentBy(stream)) seen.add(read.id)
    }
    expect([...seen].sort()).toEqual([1, 3])
  })

  it('gives window back as the owner consumes, and not to a paused stream', () => {
    const { stream, streams, recorder } = serve(silently)
    stream.feed(concat(frame(FRAME.headers, FLAG.endHeaders, 1, requestBlock()), frame(FRAME.headers, FLAG.endHeaders, 3, requestBlock())))
    stream.take()
    streams[0]?.pause()
    const piece = new Uint8Array(16_384)
    for (let i = 0; i < 3; i++) stream.feed(concat(frame(FRAME.data, 0, 1, piece), frame(FRAME.data, 0, 3, piece)))
    expect(sentBy(stream).filter(read => read.type === FRAME.windowUpdate && read.id !== 0).map(read => read.id)).toEqual([3])
    streams[0]?.resume()
    expect(sentBy(stream).map(read => [read.type, read.id])).toEqual([[FRAME.windowUpdate, 1]])
    streams[0]?.pause()
    // 64 KiB in flight are the most that a peer may send unasked.
    for (let i = 0; i < 4; i++) stream.feed(frame(FRAME.data, 0, 1, piece))
    expect(recorder.messages[0]).not.toHaveProperty('reset')
    stream.feed(frame(FRAME.data, 0, 1, piece))
    expect(recorder.messages[0]?.reset).toBe('protocol: http2.stream_window_exceeded')
  })
})

describe('malformed requests never reach an owner', () => {
  const good: readonly (readonly [string, string])[] = [[':method', 'GET'], [':scheme', 'http'], [':path', '/'], [':authority', 'a']]
  const but = (name: string, value: string | undefined): (readonly [string, string])[] => good.filter(([n]) => n !== name).concat(value === undefined ? [] : [[name, value]])
  it.each<[string, readonly (readonly [string, string])[]]>([
    ['a space in the path', but(':path', '/a b')],
    ['a line break in the path', but(':path', '/a\r\nx: y')],
    ['a non-ASCII path', but(':path', '/\xff')],
    ['a relative path', but(':path', 'a')],
    ['an empty path', but(':path', '')],
    ['a path of *', but(':path', '*')],
    ['no path', but(':path', undefined)],
    ['no method', but(':method', undefined)],
    ['a method with a line', but(':method', 'GET / HTTP/1.1\r\nhost: evil')],
    ['a method with a space', but(':method', 'GE T')],
    ['no scheme', but(':scheme', undefined)],
    ['a scheme in mixed case', but(':scheme', 'hTTps')],
    ['another scheme', but(':scheme', 'file')],
    ['no authority', but(':authority', undefined)],
    ['an authority with user information', but(':authority', 'u@a')],
    ['an authority with a slash', but(':authority', 'a/b')],
    ['two authorities', [...good, ['host', 'b']]],
    ['two paths', [...good, [':path', '/b']]],
    ['a pseudo header after a field', [...good.slice(0, 3), ['x', 'y'], [':authority', 'a']]],
    ['a response pseudo header', [...good, [':status', '200']]],
    ['an unknown pseudo header', [...good, [':x', 'y']]],
    ['connection', [...good, ['connection', 'close']]],
    ['keep-alive', [...good, ['keep-alive', '1']]],
    ['proxy-connection', [...good, ['proxy-connection', 'x']]],
    ['transfer-encoding', [...good, ['transfer-encoding', 'chunked']]],
    ['upgrade', [...good, ['upgrade', 'h2c']]],
    ['te: gzip', [...good, ['te', 'gzip']]],
    ['an upper-case name', [...good, ['X-A', '1']]],
    ['a line break in a value', [...good, ['x', 'a\r\nb: c']]],
    ['NUL in a value', [...good, ['x', 'a\0']]],
    ['a space before a value', [...good, ['x', ' a']]],
    ['two lengths', [...good, ['content-length', '0'], ['content-length', '0']]],
    ['a length that is none', [...good, ['content-length', '+1']]],
    ['a length without a body', [...good, ['content-length', '5']]],
    ['CONNECT with a path', but(':method', 'CONNECT')],
    [':protocol without CONNECT', [...good, [':protocol', 'websocket']]],
  ])('%s', (_title, fields) => {
    const { stream, recorder } = serve()
    stream.feed(frame(FRAME.headers, END, 1, block(fields)))
    expect(recorder.messages).toEqual([])
    const [reset] = sentBy(stream)
    expect([reset?.type, codeOf(reset)]).toEqual([FRAME.reset, CODE.protocol])
    // The connection goes on.
    stream.feed(get(3))
    expect(recorder.messages).toHaveLength(1)
  })

  it('the request without a fault passes (the table can fail)', () => {
    const { stream, recorder } = serve()
    stream.feed(concat(frame(FRAME.headers, END, 1, block(good)), frame(FRAME.headers, END, 3, block([...good, ['te', 'trailers'], ['content-length', '0'], ['host', 'A']]))))
    expect(recorder.messages).toHaveLength(2)
  })

  it.each([
    ['longer', [97, 98, 99, 100]],
    ['shorter', [97]],
  ])('a body %s than its length is a reset', (_title, body) => {
    const { stream, recorder } = serve()
    stream.feed(concat(frame(FRAME.headers, FLAG.endHeaders, 1, requestBlock('/', [['content-length', '2']])), frame(FRAME.data, FLAG.endStream, 1, body)))
    expect(recorder.messages).toMatchObject([{ ended: false, reset: 'protocol: http2.content_length_mismatch' }])
  })

  it('answers 431 to a head that is too large', () => {
    const { stream, recorder } = serve()
    const bomb = concat(requestBlock('/', [['x', 'y']]), ...Array.from({ length: 120 }, () => block([['x', 'y']])))
    stream.feed(frame(FRAME.headers, END, 1, bomb))
    expect(headerLists(sentBy(stream))).toEqual([[':status', '431', 'content-length', '0']])
    expect(recorder.messages).toEqual([])
  })
})

describe('floods close the connection', () => {
  const calm = (frames: readonly ReadFrame[]): void => expect(goaway(frames)).toBe(CODE.enhanceYourCalm)

  it('rapid reset (CVE-2023-44487): the streams opened are few', () => {
    const { stream, recorder } = serve(silently)
    for (let i = 0; i < 1000 && stream.state === 'open'; i++) stream.feed(concat(get(2 * i + 1), frame(FRAME.reset, 0, 2 * i + 1, uint32(CODE.cancel))))
    calm(sentBy(stream))
    expect(stream.state).toBe('closing')
    expect(recorder.messages.length).toBeLessThanOrEqual(201)
  })

  it('rapid reset by malformed requests, which we reset ourselves', () => {
    const { stream } = serve(silently)
    for (let i = 0; i < 1000 && stream.state === 'open'; i++) stream.feed(frame(FRAME.headers, END, 2 * i + 1, block([[':method', 'GET']])))
    calm(sentBy(stream))
  })

  it('but a client may cancel a minority of its requests for ever', () => {
    const { stream } = serve((exchange, message) => void (message.head['path'] === '/ok' && answerOk(exchange, message)))
    for (let i = 0; i < 2000; i++) {
      const id = 2 * i + 1
      stream.feed(i % 3 ? get(id, '/ok') : concat(get(id, '/wait'), frame(FRAME.reset, 0, id, uint32(CODE.cancel))))
    }
    expect(stream.state).toBe('open')
  })

  it.each<[string, Uint8Array]>([
    ['CONTINUATION without end (CVE-2024-27316)', frame(FRAME.continuation, 0, 1, block([['x', 'y'.repeat(500)]]))],
    ['empty CONTINUATION', frame(FRAME.continuation, 0, 1)],
  ])('%s', (_title, flood) => {
    const { stream, recorder } = serve()
    stream.feed(frame(FRAME.headers, FLAG.endStream, 1, requestBlock()))
    let frames = 0
    for (; frames < 1000 && stream.state === 'open'; frames++) stream.feed(flood)
    calm(sentBy(stream))
    expect(frames).toBeLessThanOrEqual(100)
    expect(recorder.messages).toEqual([])
  })

  it.each<[string, Uint8Array]>([
    ['PING', frame(FRAME.ping, 0, 0, new Uint8Array(8))],
    ['SETTINGS', frame(FRAME.settings, 0, 0)],
    ['PRIORITY', frame(FRAME.priority, 0, 1, [0, 0, 0, 0, 1])],
    ['empty DATA', frame(FRAME.data, 0, 1)],
    ['WINDOW_UPDATE', frame(FRAME.windowUpdate, 0, 0, uint32(1))],
    ['unknown frames', frame(77, 0, 0)],
  ])('%s in bursts', (_title, flood) => {
    const { stream } = serve(silently)
    stream.feed(frame(FRAME.headers, FLAG.endHeaders, 1, requestBlock()))
    const burst = concat(...Array.from({ length: 500 }, () => flood))
    for (let i = 0; i < 80 && stream.state === 'open'; i++) stream.feed(burst)
    calm(sentBy(stream))
  })

  it('but keepalive pings go on for ever', () => {
    const { stream } = serve()
    for (let i = 0; i < 20_000; i++) stream.feed(frame(FRAME.ping, 0, 0, new Uint8Array(8)))
    expect(stream.state).toBe('open')
  })

  it('answers to pings that nobody reads', () => {
    const { stream } = serve()
    stream.flows = false
    for (let i = 0; i < 5000 && stream.state === 'open'; i++) stream.feed(frame(FRAME.ping, 0, 0, new Uint8Array(8)))
    expect(stream.state).toBe('closing')
    expect(sentBy(stream).length).toBeLessThan(1100)
  })

  it('keeps at most the announced number of streams', () => {
    const { stream, recorder } = serve(silently, { maxConcurrentStreams: 10 })
    for (let i = 0; i < 15; i++) stream.feed(get(2 * i + 1))
    expect(recorder.messages).toHaveLength(10)
    expect(sentBy(stream).map(codeOf)).toEqual([7, 7, 7, 7, 7])
  })
})

describe('garbage', () => {
  it('never crashes the connection, whatever follows the preface', () => {
    const frames = fc.array(fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 3, 5, 2), fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(requestBlock()))), { maxLength: 12 })
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 50 }), (list, size) => {
        const { stream, recorder } = serve()
        for (const [type, flags, id, payload] of list) stream.feed(frame(type, flags, id, payload), size)
        expect(recorder.problems.filter(problem => !problem.startsWith('http2.'))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('refuses a wrong preface', () => {
    const stream = new RecordingStream()
    http2Server(stream, DEFAULT_CODEC_OPTIONS, { onStream: () => new Recorder().events(), onProtocolError() {}, onClose() {} })
    stream.feed('GET / HTTP/1.1\r\n\r\n')
    expect(goaway(sentBy(stream))).toBe(CODE.protocol)
  })
})

describe('tunnels', () => {
  const connect = frame(FRAME.headers, FLAG.endHeaders, 1, block([[':method', 'CONNECT'], [':authority', 'db:5432']]))

  it('holds early bytes of CONNECT until it is accepted and carries bytes both ways', async () => {
    const { stream, streams, recorder } = serve(silently)
    stream.feed(concat(connect, frame(FRAME.data, 0, 1, [101])))
    expect(recorder.messages).toMatchObject([{ head: { method: 'CONNECT', authority: 'db:5432' }, body: '', ended: false }])
    streams[0]?.sendHead(plainResponseHead(200), false)
    const tunnel = streams[0]?.tunnel()
    let raw = ''
    const told: string[] = []
    tunnel?.setEvents({ onData: (bytes, from, to) => void (raw += textOf(bytes.subarray(from, to))), onEnd: () => void told.push('end'), onDrain() {}, onClose: () => void told.push('close') })
    await Promise.resolve()
    stream.feed(concat(frame(FRAME.data, 0, 1, [102]), frame(FRAME.data, FLAG.endStream, 1, [103])))
    expect([raw, told]).toEqual(['efg', ['end']])
    stream.take()
    tunnel?.send(Uint8Array.of(120), 0, 1, true)
    tunnel?.send(Uint8Array.of(121), 0, 1, true)
    tunnel?.end()
    await Promise.resolve()
    await Promise.resolve()
    const frames = sentBy(stream)
    expect(dataText(frames)).toBe('xy')
    expect(frames.at(-1)).toMatchObject({ type: FRAME.data, flags: FLAG.endStream })
    expect(told).toEqual(['end', 'close'])
  })

  it('shows an extended CONNECT as the upgrade it stands for (RFC 8441)', () => {
    const { stream, streams, recorder } = serve(silently)
    stream.feed(frame(FRAME.headers, FLAG.endHeaders, 1, block([[':method', 'CONNECT'], [':protocol', 'websocket'], [':scheme', 'http'], [':path', '/ws'], [':authority', 'a']])))
    expect(recorder.messages).toMatchObject([{ head: { method: 'GET', path: '/ws', upgrade: 'websocket' }, ended: false }])
    streams[0]?.sendHead(plainResponseHead(101), false)
    expect(headerLists(sentBy(stream))).toEqual([[':status', '200']])
  })
})
