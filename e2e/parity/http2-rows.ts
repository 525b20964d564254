/** HTTP/2 as it is spoken and misspoken, in frames; and from HTTP/1 to HTTP/2 and back. */
import { ask, data, frame, headers, literals, PREFACE, uint32, type FrameStep } from './frames-client.ts'
import type { Row } from './http1-rows.ts'
import type { H2Answer } from './h2-origin.ts'
import type { FramesQuestion } from './two-proxies.ts'

/** A question in frames with a name; see Row. */
export interface FramesRow extends FramesQuestion {
  readonly name: string
  readonly differs?: string
}

const h2 = (...frames: readonly FrameStep[]): readonly FrameStep[] => [PREFACE, ...frames]
const REQUEST: readonly (readonly [string, string])[] = [[':method', 'GET'], [':scheme', 'http'], [':path', '/x'], [':authority', 'a.example']]
const GRPC: readonly (readonly [string, string])[] = [['content-type', 'application/grpc'], ['te', 'trailers']]
const trailers = (id: number, ...fields: readonly (readonly [string, string])[]): Uint8Array => frame(1, 5, id, literals(fields))
const with_ = (...fields: readonly (readonly [string, string])[]): readonly FrameStep[] => h2(headers(1, [...REQUEST, ...fields]))
const many = (count: number, make: (i: number) => Uint8Array): Uint8Array => Buffer.concat(Array.from({ length: count }, (_, i) => make(i)))

/** Sends a gRPC answer with its status in trailers. */
const grpcAnswer = (status: string, body = '\0\0\0\0\x02ok'): H2Answer => (stream) => {
  stream.resume().on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }))
    stream.end(Buffer.from(body, 'latin1'))
  })
}
const trailersOnly = (status: string): H2Answer => (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status }, { endStream: true })
}

/** Requests, from HTTP/2 to HTTP/1. */
const TO_HTTP1: readonly FramesRow[] = [
  { name: 'GET', frames: h2(ask(1, '/x')) },
  { name: 'two streams', frames: h2(ask(1, '/one'), ask(3, '/two')), wait: [1, 3] },
  { name: 'POST', frames: h2(ask(1, '/x', false, [], 'POST'), data(1, 'abc')) },
  { name: 'POST in pieces', frames: h2(ask(1, '/x', false, [], 'POST'), data(1, 'abc', false), 20, data(1, 'def', false), 20, data(1, '')) },
  { name: 'POST with a length', frames: h2(ask(1, '/x', false, [['content-length', '3']], 'POST'), data(1, 'abc')) },
  { name: 'POST without a body', frames: h2(ask(1, '/x', true, [], 'POST')) },
  { name: 'a body longer than its length', frames: h2(ask(1, '/x', false, [['content-length', '2']], 'POST'), data(1, 'abc')) },
  { name: 'a body shorter than its length', frames: h2(ask(1, '/x', false, [['content-length', '9']], 'POST'), data(1, 'abc')) },
  { name: 'a length without a body', frames: h2(ask(1, '/x', true, [['content-length', '9']], 'POST')) },
  { name: 'request trailers', frames: h2(ask(1, '/x', false, [], 'POST'), data(1, 'abc', false), trailers(1, ['x-t', '1'])) },
  { name: 'HEAD', frames: h2(ask(1, '/x', true, [], 'HEAD')), origin: ['HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n'] },
  { name: '204', frames: h2(ask(1, '/x')), origin: ['HTTP/1.1 204 No Content\r\n\r\n'] },
  { name: '100 and 103', frames: h2(ask(1, '/x')), origin: ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'], differs: 'RFC 9110 15.2: a proxy must forward 1xx answers that it did not ask for itself' },
  { name: 'Expect: 100-continue', frames: h2(ask(1, '/x', false, [['expect', '100-continue']], 'POST'), 30, data(1, 'abc')) },
  { name: 'chunks and trailers of the origin', frames: h2(ask(1, '/x')), origin: ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-t: 1\r\n\r\n'] },
  { name: 'hop-by-hop fields of the origin', frames: h2(ask(1, '/x')), origin: ['HTTP/1.1 200 OK\r\nconnection: keep-alive\r\nkeep-alive: timeout=5\r\ncontent-length: 2\r\n\r\nok'] },
  { name: 'cookies in crumbs', frames: with_(['cookie', 'a=1'], ['cookie', 'b=2']) },
  { name: 'an early answer', frames: h2(ask(1, '/x', false, [], 'POST'), data(1, 'abc', false)), origin: { when: 'head', answers: [['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nearly']] } },
  { name: 'an origin that resets inside a body', frames: h2(ask(1, '/x')), origin: ['HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', 20, 'rst'] },
  { name: 'a client that resets its stream', frames: h2(ask(1, '/x'), 50, frame(3, 0, 1, uint32(8))), origin: [300], wait: [], settleMs: 100 },
  { name: 'a client that leaves', frames: h2(ask(1, '/x'), 50, 'fin'), origin: [300], wait: [], settleMs: 100 },
  { name: 'nobody listens', frames: h2(ask(1, '/refused')) },
  { name: 'a timeout', frames: h2(ask(1, '/timeout')), origin: [500] },
  { name: 'more requests than the breaker allows', frames: h2(ask(1, '/breaker'), 40, ask(3, '/breaker'), ask(5, '/breaker')), origin: [200, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'], wait: [1, 3, 5] },
  { name: '200 streams at a time', frames: h2(many(200, (i) => ask(2 * i + 1, '/direct'))), wait: [399] },
  { name: 'no route', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':path', 'x'], [':authority', 'a.example']])) },
  { name: 'a direct answer', frames: h2(ask(1, '/direct')) },
  { name: 'a direct answer before the body', frames: h2(ask(1, '/direct', false, [], 'POST'), 30, data(1, 'abc')) },
  { name: 'CONNECT', frames: h2(headers(1, [[':method', 'CONNECT'], [':authority', 'a.example:80']], false)) },
  { name: 'CONNECT where it is allowed', frames: h2(headers(1, [[':method', 'CONNECT'], [':authority', 'a.example:80']], false), 40, data(1, 'ping', false), 60, data(1, '')), origin: { answers: [['pong']], when: 'connection' }, listener: 'connect', settleMs: 120 },
  { name: 'an extended CONNECT where none was offered', differs: 'we offer extended CONNECT (RFC 8441) wherever the upgrade is allowed; Envoy only with allow_connect', frames: h2(headers(1, [[':method', 'CONNECT'], [':protocol', 'websocket'], [':scheme', 'http'], [':path', '/ws'], [':authority', 'a.example']], false)) },
]

/** Fields that Envoy lets pass. */
const STRICTER: Readonly<Record<string, string>> = {
  'a value that starts with a space': 'safer: RFC 9113 8.2.1 calls it malformed',
  'a value that ends with a tab': 'safer: as above',
  'a host as well': 'safer: RFC 9113 8.3.1; two names, two readers',
}

/** Streams that are malformed. */
const MALFORMED: readonly FramesRow[] = [
  ...([
    ['a name in capitals', ['X-A', 'b']], ['Connection', ['connection', 'close']], ['Transfer-Encoding', ['transfer-encoding', 'chunked']], ['Upgrade', ['upgrade', 'h2c']], ['Keep-Alive', ['keep-alive', 'x']],
    ['Proxy-Connection', ['proxy-connection', 'x']], ['TE: gzip', ['te', 'gzip']], ['TE: trailers', ['te', 'trailers']], ['an empty name', ['', 'b']], ['a name with a space', ['x a', 'b']], ['a name with a colon', ['x:a', 'b']],
    ['CR in a value', ['x-a', 'b\rc']], ['LF in a value', ['x-a', 'b\nc']], ['NUL in a value', ['x-a', 'b\0c']], ['a value that starts with a space', ['x-a', ' b']], ['a value that ends with a tab', ['x-a', 'b\t']],
    ['a value beyond ASCII', ['x-a', '\xe4']], ['a control byte in a value', ['x-a', 'b\x01']], ['a pseudo field after others', [':path', '/y']], ['an unknown pseudo field', [':x', 'y']], [':status', [':status', '200']],
    ['a host as well', ['host', 'b.example']], ['the same host as well', ['host', 'a.example']], ['a bad length', ['content-length', 'x']], ['an underscore', ['x_a', 'b']],
  ] as const).map(([name, field]): FramesRow => ({ name, frames: with_(field), ...(STRICTER[name] === undefined ? {} : { differs: STRICTER[name] }) })),
  { name: 'no :path', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':authority', 'a']])) },
  { name: 'an empty :path', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':path', ''], [':authority', 'a']])) },
  { name: 'no :method', frames: h2(headers(1, [[':scheme', 'http'], [':path', '/'], [':authority', 'a']])) },
  { name: 'no :scheme', frames: h2(headers(1, [[':method', 'GET'], [':path', '/'], [':authority', 'a']])) },
  { name: 'no :authority', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':path', '/']])) },
  { name: 'no :authority but a host', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':path', '/x'], ['host', 'a.example']])) },
  { name: 'an empty :authority', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':path', '/x'], [':authority', '']])) },
  { name: 'user information in :authority', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':path', '/x'], [':authority', 'u@a']])) },
  { name: 'two :paths', frames: h2(headers(1, [...REQUEST, [':path', '/y']])) },
  { name: 'a space in :path', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':path', '/a b'], [':authority', 'a']])) },
  { name: 'CRLF in :path', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':path', '/a\r\nx: y'], [':authority', 'a']])) },
  { name: 'a fragment in :path', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'http'], [':path', '/a#b'], [':authority', 'a']])) },
  { name: 'a space in :method', frames: h2(headers(1, [[':method', 'GE T'], [':scheme', 'http'], [':path', '/x'], [':authority', 'a']])) },
  { name: 'a method of its own', frames: h2(headers(1, [[':method', 'FROB'], [':scheme', 'http'], [':path', '/x'], [':authority', 'a']])) },
  { name: 'another :scheme', differs: 'safer: `:scheme` becomes X-Forwarded-Proto, so it is http or https', frames: h2(headers(1, [[':method', 'GET'], [':scheme', 'ftp'], [':path', '/x'], [':authority', 'a']])) },
  { name: 'trailers that do not end the stream', frames: h2(ask(1, '/x', false, [], 'POST'), frame(1, 4, 1, literals([['x-t', '1']]))) },
  { name: 'pseudo fields in trailers', frames: h2(ask(1, '/x', false, [], 'POST'), trailers(1, [':path', '/y'])) },
  { name: '110 fields', differs: 'as above', frames: with_(...Array.from({ length: 110 }, (_, i) => [`x-${i}`, 'v'] as const)) },
]

/** Connections that are broken, and floods. */
const BROKEN: readonly FramesRow[] = [
  { name: 'a preface that is none', differs: 'it may have been HTTP/1, in which it is told so', frames: [Buffer.from('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n')], wait: [] },
  { name: 'no SETTINGS after the preface', frames: [Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), ask(1, '/x')], wait: [] },
  { name: 'DATA on an idle stream', frames: h2(data(1, 'x')), wait: [] },
  { name: 'HEADERS on stream 0', frames: h2(headers(0, REQUEST)), wait: [] },
  { name: 'HEADERS on an even stream', frames: h2(headers(2, REQUEST)), wait: [] },
  { name: 'a stream number that falls', differs: 'RFC 9113 5.1.1: a connection error', frames: h2(ask(3, '/x'), 30, ask(1, '/y')), wait: [3] },
  { name: 'DATA after the end', frames: h2(ask(1, '/timeout'), data(1, 'x')), origin: [400] },
  { name: 'WINDOW_UPDATE of 0 on the connection', frames: h2(frame(8, 0, 0, uint32(0))), wait: [] },
  { name: 'WINDOW_UPDATE of 0 on a stream', frames: h2(ask(1, '/timeout'), frame(8, 0, 1, uint32(0))), origin: [400] },
  { name: 'a window that overflows', frames: h2(frame(8, 0, 0, uint32(0x7fffffff))), wait: [] },
  { name: 'SETTINGS of a bad length', frames: h2(frame(4, 0, 0, [0, 1, 2])), wait: [] },
  { name: 'SETTINGS on a stream', frames: h2(frame(4, 0, 1)), wait: [] },
  { name: 'an initial window that is too large', frames: h2(frame(4, 0, 0, [0, 4, 0xff, 0xff, 0xff, 0xff])), wait: [] },
  { name: 'a frame size that is too small', frames: h2(frame(4, 0, 0, [0, 5, 0, 0, 0, 1])), wait: [] },
  { name: 'unknown settings', frames: h2(frame(4, 0, 0, [0xff, 0, 0, 0, 0, 1]), ask(1, '/x')) },
  { name: 'a frame longer than 16 KiB', frames: h2(ask(1, '/x', false, [], 'POST'), frame(0, 1, 1, new Uint8Array(16_385))), wait: [] },
  { name: 'PING', frames: h2(frame(6, 0, 0, new Uint8Array(8)), ask(1, '/x')) },
  { name: 'PING of a bad length', frames: h2(frame(6, 0, 0, new Uint8Array(7))), wait: [] },
  { name: 'padding beyond the frame', frames: h2(ask(1, '/x', false, [], 'POST'), frame(0, 9, 1, [9, 1, 2])), wait: [] },
  { name: 'padding', frames: h2(ask(1, '/x', false, [], 'POST'), frame(0, 9, 1, [2, 0x61, 0, 0])) },
  { name: 'PUSH_PROMISE of a client', frames: h2(frame(5, 4, 1, [0, 0, 0, 2])), wait: [] },
  { name: 'a frame of an unknown type', frames: h2(frame(0x42, 0, 0, [1, 2]), ask(1, '/x')) },
  { name: 'CONTINUATION without HEADERS', frames: h2(frame(9, 4, 1, literals(REQUEST))), wait: [] },
  { name: 'HEADERS in pieces', frames: h2(frame(1, 1, 1, literals(REQUEST).subarray(0, 9)), frame(9, 4, 1, literals(REQUEST).subarray(9))) },
  { name: 'something between the pieces', frames: h2(frame(1, 1, 1, literals(REQUEST).subarray(0, 9)), frame(6, 0, 0, new Uint8Array(8))), wait: [] },
  { name: 'an HPACK index that is not there', frames: h2(frame(1, 5, 1, [0xff, 0x7f])), wait: [] },
  { name: 'an HPACK table size beyond the setting', frames: h2(frame(1, 5, 1, [0x3f, 0xe2, 0xff, 0x03])), wait: [] },
  { name: 'Huffman text with bad padding', frames: h2(frame(1, 5, 1, [0x00, 0x81, 0x00, 0x81, 0x00])), wait: [] },
  { name: 'a head of 70 KB', differs: '431 tells the client what was wrong; Envoy resets the stream', frames: h2(...headInPieces(literals([...REQUEST, ...Array.from({ length: 70 }, (_, i) => [`x-${i}`, 'a'.repeat(1000)] as const)]))) },
  { name: 'an HPACK bomb: 4 KB that become 1.6 MB', differs: 'as above', frames: h2(bomb()) },
  { name: 'a flood of CONTINUATION', frames: h2(frame(1, 1, 1, literals(REQUEST)), many(20_000, () => frame(9, 0, 1, [0x40, 1, 0x61, 1, 0x62]))), wait: [1], settleMs: 200 },
  { name: 'a flood of empty CONTINUATION', frames: h2(frame(1, 1, 1, literals(REQUEST)), many(20_000, () => frame(9, 0, 1))), wait: [1], settleMs: 200 },
  { name: 'a flood of PING', frames: h2(many(50_000, () => frame(6, 0, 0, new Uint8Array(8)))), wait: [1], settleMs: 200 },
  { name: 'a flood of SETTINGS', frames: h2(many(50_000, () => frame(4, 0, 0, [0, 4, 0, 1, 0, 0]))), wait: [1], settleMs: 200 },
  { name: 'a flood of PRIORITY', frames: h2(many(50_000, (i) => frame(2, 0, 2 * i + 1, [0, 0, 0, 0, 16]))), wait: [1], settleMs: 200 },
  { name: 'a flood of empty DATA', frames: h2(ask(1, '/x', false, [], 'POST'), many(20_000, () => frame(0, 0, 1))), wait: [1], settleMs: 200 },
  { name: 'a flood of WINDOW_UPDATE', frames: h2(many(50_000, () => frame(8, 0, 0, uint32(1)))), wait: [1], settleMs: 200 },
  { name: 'rapid reset: 3000 streams opened and reset', differs: 'we stop after fewer streams', frames: h2(many(3000, (i) => Buffer.concat([ask(2 * i + 1, '/timeout'), frame(3, 0, 2 * i + 1, uint32(8))]))), origin: [300], wait: [99_999], settleMs: 200 },
  { name: 'GOAWAY of the client', differs: 'the client has said that it wants nothing more; Envoy waits for it to close', frames: h2(ask(1, '/x'), frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0])) },
]

function headInPieces(block: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < block.length; at += 16_000) pieces.push(frame(at === 0 ? 1 : 9, (at === 0 ? 1 : 0) | (at + 16_000 >= block.length ? 4 : 0), 1, block.subarray(at, at + 16_000)))
  return pieces
}

/** A field of 4000 bytes put into the table, then named 400 times. */
function bomb(): Uint8Array {
  const value = 'b'.repeat(3900)
  return frame(1, 5, 1, [...literals(REQUEST), 0x40, 3, ...Buffer.from('x-b'), 127, ...[(3900 - 127) % 128 | 128, Math.floor((3900 - 127) / 128)], ...Buffer.from(value), ...Array.from({ length: 400 }, () => 0xbe)])
}

/** gRPC through both, HTTP/2 at both ends. */
const GRPC_ROWS: readonly FramesRow[] = [
  { name: 'unary', frames: h2(ask(1, '/h2/Service/Call', false, GRPC, 'POST'), data(1, '\0\0\0\0\x02hi')), h2: grpcAnswer('0') },
  { name: 'an error in trailers', frames: h2(ask(1, '/h2/Service/Call', false, GRPC, 'POST'), data(1, '\0\0\0\0\x02hi')), h2: grpcAnswer('5', '') },
  { name: 'trailers only', frames: h2(ask(1, '/h2/Service/Call', false, GRPC, 'POST'), data(1, '\0\0\0\0\x02hi')), h2: trailersOnly('7') },
  { name: 'a stream of messages both ways', frames: h2(ask(1, '/h2/Service/Chat', false, GRPC, 'POST'), data(1, '\0\0\0\0\x01a', false), 40, data(1, '\0\0\0\0\x01b', false), 40, data(1, '')), h2: (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.on('data', (chunk: Buffer) => stream.write(chunk)).on('end', () => stream.end())
  } },
  { name: 'request trailers', frames: h2(ask(1, '/h2/x', false, [], 'POST'), data(1, 'abc', false), trailers(1, ['x-t', '1'])) },
  { name: 'an origin that resets before it answers', frames: h2(ask(1, '/h2/x')), h2: (stream) => stream.close(2) },
  { name: 'an origin that refuses the stream', frames: h2(ask(1, '/h2/x')), h2: (stream) => stream.close(7) },
  { name: 'an origin that resets inside its answer', frames: h2(ask(1, '/h2/x')), h2: (stream) => {
    stream.respond({ ':status': 200 })
    stream.write('abc', () => setTimeout(() => stream.close(2), 20))
  } },
  { name: 'an origin that ends early with NO_ERROR', frames: h2(ask(1, '/h2/x', false, [], 'POST'), data(1, 'abc', false)), h2: (stream) => {
    stream.respond({ ':status': 200 })
    stream.end('early')
  } },
  { name: 'a client that resets', differs: 'the origin is told CANCEL; Envoy says INTERNAL_ERROR', frames: h2(ask(1, '/h2/x'), 50, frame(3, 0, 1, uint32(8))), h2: () => undefined, wait: [], settleMs: 100 },
  { name: 'nobody listens', frames: h2(ask(1, '/refused', false, GRPC, 'POST'), data(1, '\0\0\0\0\0')) },
  { name: 'a timeout by grpc-timeout', frames: h2(ask(1, '/grpc-timeout', false, [...GRPC, ['grpc-timeout', '100m']], 'POST'), data(1, '\0\0\0\0\0')), origin: [500] },
  { name: 'a deadline by grpc-timeout', frames: h2(ask(1, '/grpc-deadline', false, [...GRPC, ['grpc-timeout', '100m']], 'POST'), data(1, '\0\0\0\0\0')), origin: [500] },
  { name: 'an answer that is no gRPC', frames: h2(ask(1, '/x', false, GRPC, 'POST'), data(1, '\0\0\0\0\0')), origin: ['HTTP/1.1 503 No\r\ncontent-length: 2\r\n\r\nno'] },
]

const get = (path: string, fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: a.example\r\n${fields}\r\n`

/** From HTTP/1 to HTTP/2. */
const TO_HTTP2: readonly Row[] = [
  { name: 'GET', send: [get('/h2/x', 'Connection: keep-alive, x-hop\r\nX-Hop: 1\r\nTE: trailers\r\n')] },
  { name: 'POST with a length', send: ['POST /h2/x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc'] },
  { name: 'POST in chunks with trailers', send: ['POST /h2/x HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-t: 1\r\n\r\n'] },
  { name: 'HEAD', send: ['HEAD /h2/x HTTP/1.1\r\nHost: a.example\r\n\r\n'], h2: (stream) => stream.respond({ ':status': 200, 'content-length': '10' }, { endStream: true }) },
  { name: 'an answer with trailers', send: [get('/h2/x', 'TE: trailers\r\n')], h2: grpcAnswer('0', 'ok') },
  { name: 'an answer without a body', send: [get('/h2/x')], h2: (stream) => stream.respond({ ':status': 404 }, { endStream: true }) },
  { name: '204', send: [get('/h2/x')], h2: (stream) => stream.respond({ ':status': 204 }, { endStream: true }) },
  { name: 'an origin that resets before it answers', send: [get('/h2/x')], h2: (stream) => stream.close(2) },
  { name: 'an origin that resets inside its answer', send: [get('/h2/x')], h2: (stream) => {
    stream.respond({ ':status': 200 })
    stream.write('abc', () => setTimeout(() => stream.close(2), 20))
  } },
  { name: 'websocket to an origin without extended CONNECT', send: [get('/h2/ws', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')] },
]

/** All in frames, by chapter. */
export const HTTP2_ROWS: Readonly<Record<string, readonly FramesRow[]>> = { 'HTTP/2 to HTTP/1': TO_HTTP1, 'Malformed streams': MALFORMED, 'Broken connections and floods': BROKEN, 'gRPC': GRPC_ROWS }

/** All from HTTP/1. */
export const TO_HTTP2_ROWS: Readonly<Record<string, readonly Row[]>> = { 'HTTP/1 to HTTP/2': TO_HTTP2 }
