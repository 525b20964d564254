/** HTTP/2 as a client: opening streams, the server's limits, and what a hostile server cannot do. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_CODEC_OPTIONS, plainRequestHead, type MessageStream, type RequestHead } from '../index.ts'
import { HTTP2_PREFACE } from '../detect-http.ts'
import { block, codeOf, concat, frame, headerLists, readFrames, uint32, type ReadFrame } from '../testdata/frames.ts'
import { Recorder, sendBody } from '../testdata/recorder.ts'
import { RecordingStream } from '../testdata/recording-stream.ts'
import { http2Client } from './http2-client.ts'
import { CODE, FLAG, FRAME } from './protocol.ts'

const END = FLAG.endStream | FLAG.endHeaders
const answer = (id: number, flags = END, fields: readonly (readonly [string, string])[] = []): Uint8Array => frame(FRAME.headers, flags, id, block([[':status', '200'], ...fields]))

function connect(settings: readonly number[] | false = []) {
  const stream = new RecordingStream()
  const recorder = new Recorder()
  const told: string[] = []
  const connection = http2Client(stream, DEFAULT_CODEC_OPTIONS, { onAvailable: () => void told.push('available'), onGoaway: () => void told.push('goaway'), onClose: () => void told.push('close') })
  const opening = stream.take()
  if (settings) stream.feed(frame(FRAME.settings, 0, 0, settings))
  stream.take()
  const open = (): MessageStream<RequestHead> => connection.newStream(recorder.events())
  const ask = (path = '/', end = true, upgrade?: string): MessageStream<RequestHead> => {
    const exchange = open()
    exchange.sendHead(plainRequestHead({ method: 'GET', path, authority: 'a', ...(upgrade === undefined ? {} : { upgrade }) }), end)
    return exchange
  }
  return { stream, recorder, told, connection, opening, open, ask }
}

const framesOf = (stream: RecordingStream): ReadFrame[] => readFrames(stream.take())

describe('streams', () => {
  it('begins with the preface and refuses pushes', () => {
    const { opening } = connect()
    expect(opening.slice(0, HTTP2_PREFACE.length)).toEqual(HTTP2_PREFACE)
    const [settings] = readFrames(opening.slice(HTTP2_PREFACE.length))
    expect([...(settings?.payload ?? [])].slice(-6)).toEqual([0, 2, 0, 0, 0, 0])
  })

  it('numbers streams in the order of their heads, not of their making', () => {
    const { stream, open } = connect()
    const [first, second] = [open(), open()]
    second.sendHead(plainRequestHead({ method: 'GET', path: '/2', authority: 'a' }), true)
    first.sendHead(plainRequestHead({ method: 'GET', path: '/1', authority: 'a' }), true)
    const frames = framesOf(stream)
    expect(frames.map(read => read.id)).toEqual([1, 3])
    expect(headerLists(frames).map(list => list[5])).toEqual(['/2', '/1'])
  })

  it('says nothing about a stream that was given up before its head', () => {
    const { stream, open, connection } = connect()
    open().reset('cancel')
    expect(framesOf(stream)).toEqual([])
    expect(connection.active).toBe(0)
  })

  it('resets a stream that its owner gives up', () => {
    const { stream, ask, recorder } = connect()
    ask().reset('timeout')
    expect(framesOf(stream).map(read => read.type)).toEqual([FRAME.headers, FRAME.reset])
    stream.feed(answer(1))
    expect(recorder.messages[0]).toMatchObject({ ended: false })
    expect(stream.state).toBe('open')
  })

  it('reads answers, interim ones and trailers', () => {
    const { stream, ask, recorder } = connect()
    ask()
    stream.feed(concat(frame(FRAME.headers, FLAG.endHeaders, 1, block([[':status', '103']])), answer(1, FLAG.endHeaders, [['x', 'y']]), frame(FRAME.data, 0, 1, [97]), frame(FRAME.headers, END, 1, block([['grpc-status', '0']]))), 3)
    expect(recorder.messages).toMatchObject([{ informational: [103], head: { status: 200 }, fields: [['x', 'y']], body: 'a', trailers: [['grpc-status', '0']], ended: true }])
  })

  it('stops a request body that the answer has overtaken', () => {
    const { stream, ask, recorder } = connect()
    const exchange = ask('/', false)
    stream.take()
    stream.feed(answer(1))
    expect(recorder.messages[0]?.ended).toBe(true)
    expect(framesOf(stream).map(read => [read.type, codeOf(read)])).toEqual([[FRAME.reset, CODE.cancel]])
    expect(sendBody(exchange, 'late')).toBe(true)
    expect(framesOf(stream)).toEqual([])
  })

  it('keeps to the number of streams that the server takes, and wakes the pool', () => {
    const { stream, ask, connection, told } = connect([0, 3, ...uint32(2)])
    ask()
    ask()
    expect(connection.canTakeStream).toBe(false)
    stream.feed(answer(1))
    expect([connection.canTakeStream, told]).toEqual([true, ['available']])
    stream.feed(frame(FRAME.settings, 0, 0, [0, 3, ...uint32(0)]))
    expect(connection.canTakeStream).toBe(false)
  })
})

describe('GOAWAY', () => {
  it('hands back what the server will not touch, finishes the rest, then closes', () => {
    const { stream, ask, open, recorder, told, connection } = connect()
    ask()
    ask()
    open()
    stream.feed(frame(FRAME.goaway, 0, 0, [...uint32(1), ...uint32(0)]))
    expect(recorder.messages.map(message => message.reset)).toEqual([undefined, 'refused: http2.goaway', 'refused: http2.goaway'])
    expect([connection.canTakeStream, told, stream.state]).toEqual([false, ['goaway'], 'open'])
    stream.feed(answer(1))
    expect([recorder.messages[0]?.ended, stream.state]).toEqual([true, 'closing'])
  })

  it('a refused stream is told as such', () => {
    const { stream, ask, recorder } = connect()
    ask()
    stream.feed(frame(FRAME.reset, 0, 1, uint32(CODE.refused)))
    expect(recorder.messages[0]?.reset).toBe('refused: http2.remote_refuse')
  })
})

describe('upgrades', () => {
  it('wait for the SETTINGS that allow them', () => {
    const { stream, ask, recorder } = connect(false)
    ask('/ws', false, 'websocket')
    ask('/plain')
    expect(headerLists(framesOf(stream)).map(list => list[1])).toEqual(['GET'])
    stream.feed(frame(FRAME.settings, 0, 0, [0, 8, ...uint32(1)]))
    const frames = framesOf(stream)
    expect(frames.find(read => read.type === FRAME.headers)?.id).toBe(3)
    expect(recorder.messages).toHaveLength(2)
  })

  it('are refused by servers that do not know them', async () => {
    const { ask, recorder, connection } = connect([])
    ask('/ws', false, 'websocket')
    await Promise.resolve()
    expect(recorder.messages[0]?.reset).toBe('protocol: http2.extended_connect_not_supported')
    expect(connection.active).toBe(0)
  })
})

describe('a hostile server', () => {
  it.each<[string, Uint8Array]>([
    ['pushes', frame(FRAME.pushPromise, FLAG.endHeaders, 1, [0, 0, 0, 2])],
    ['opens streams', answer(2)],
    ['answers what was not asked', answer(7)],
    ['allows pushes', frame(FRAME.settings, 0, 0, [0, 2, ...uint32(1)])],
    ['announces an impossible window', frame(FRAME.settings, 0, 0, [0, 4, ...uint32(0x80000000)])],
    ['sends a frame that is too large', frame(FRAME.data, 0, 1, new Uint8Array(16_385))],
    ['speaks HTTP/1', Uint8Array.from('HTTP/1.1 400 Bad Request\r\n\r\n', character => character.charCodeAt(0))],
  ])('that %s loses the connection', (_title, bytes) => {
    const { stream, ask, recorder, told } = connect()
    ask()
    stream.take()
    stream.feed(bytes)
    expect(framesOf(stream).map(read => read.type)).toContain(FRAME.goaway)
    expect(recorder.messages[0]?.reset).toMatch(/^protocol: http2\./)
    expect([stream.state, told]).toEqual(['closing', ['goaway']])
  })

  it.each<[string, readonly (readonly [string, string])[]]>([
    ['no status', [['x', 'y']]],
    ['status 99', [[':status', '099']]],
    ['status 1000', [[':status', '1000']]],
    ['status 101', [[':status', '101']]],
    ['two statuses', [[':status', '200'], [':status', '200']]],
    ['a request pseudo header', [[':status', '200'], [':path', '/']]],
    ['connection', [[':status', '200'], ['connection', 'close']]],
    ['transfer-encoding', [[':status', '200'], ['transfer-encoding', 'chunked']]],
    ['a line break', [[':status', '200'], ['x', 'a\r\nb: c']]],
    ['two lengths', [[':status', '200'], ['content-length', '0'], ['content-length', '0']]],
    ['a length without a body', [[':status', '200'], ['content-length', '3']]],
  ])('loses the stream for %s', (_title, fields) => {
    const { stream, ask, recorder } = connect()
    ask()
    stream.feed(frame(FRAME.headers, END, 1, block(fields)))
    expect(recorder.messages).toMatchObject([{ ended: false, reset: expect.stringMatching(/^protocol: http2\./) }])
    expect(stream.state).toBe('open')
  })

  it('answers before the question', () => {
    const { stream, open, recorder } = connect()
    open()
    stream.feed(answer(1))
    expect(recorder.messages[0]?.reset).toMatch(/^protocol: /)
  })
})
