/** Node's own HTTP parser as the other opinion: what we accept it must accept, and read the same (else a message could be smuggled past us). */
import http from 'node:http'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_CODEC_OPTIONS, plainResponseHead } from '../index.ts'
import { Recorder } from '../testdata/recorder.ts'
import { bytesOf, RecordingStream } from '../testdata/recording-stream.ts'
import { http1Server } from './http1-server.ts'

interface Seen {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly host: string | undefined
  readonly body: string
}

function ours(text: string): { readonly seen: Seen[]; readonly refused: boolean; readonly unfinished: boolean } {
  const stream = new RecordingStream()
  const recorder = new Recorder()
  // Node judges the beginning of a next request at once, we when it is whole; such inputs are not compared.
  let partial = false
  http1Server(stream, DEFAULT_CODEC_OPTIONS, {
    onHeadStarted: () => void (partial = true),
    onStream: exchange => recorder.events(() => exchange.sendHead(plainResponseHead(200), true)),
    onProtocolError: detail => void recorder.problems.push(detail),
    onClose() {},
  })
  stream.feed(text)
  const seen = recorder.messages.map(({ head, body }) => ({ method: String(head['method']), path: String(head['path']), host: String(head['authority']), body }))
  return { seen, refused: recorder.problems.length > 0, unfinished: partial || recorder.messages.some(message => !message.ended) }
}

const server = http.createServer()
afterAll(() => server.close())

/** What Node sees of the same bytes; an error counts as a refusal. */
function nodes(text: string, expected: number): Promise<Seen[] | 'refused'> {
  return new Promise(resolve => {
    const seen: Seen[] = []
    const wire = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
    const finish = (result: Seen[] | 'refused'): void => {
      server.removeAllListeners('request')
      server.removeAllListeners('clientError')
      wire.destroy()
      resolve(result)
    }
    server.on('clientError', () => finish('refused'))
    server.on('request', (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('error', () => finish('refused'))
      request.on('end', () => {
        seen.push({ method: request.method, path: request.url, host: request.headers.host, body: Buffer.concat(chunks).toString('latin1') })
        response.end()
        if (seen.length === expected) setImmediate(() => finish(seen))
      })
    })
    server.emit('connection', wire)
    wire.push(Buffer.from(bytesOf(text)))
  })
}

// `Connection: close` is not among the fields: we ignore what follows such a request, Node refuses it; both are right.
const good = fc.constantFrom('X-A: 1', 'Connection: keep-alive', 'X-A:\t2 ', 'Cookie: a=b', 'X-Empty:')
const doubtful = fc.constantFrom('Transfer-Encoding: gzip', 'Content-Length: +3', 'Content-Length: 3', 'Transfer-Encoding: chunked', 'X-B : 1', ' X-C: 1', 'Host: b')
const chunked = fc.constantFrom('3\r\nabc\r\n0\r\n\r\n', '3;x\r\nabc\r\n0\r\nT: 1\r\n\r\n', '03\r\nabc\r\n0\r\n\r\n', '0\r\n\r\n', 'zz\r\n')
const framing = fc.oneof(
  fc.constant({ field: '', body: '' }),
  fc.constant({ field: 'Content-Length: 3\r\n', body: 'abc' }),
  chunked.map(body => ({ field: 'Transfer-Encoding: chunked\r\n', body })),
)
const request = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
    path: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('/', '/a?b=c', '/%2e/x') }, { weight: 1, arbitrary: fc.constantFrom('*', 'a', '/a b') }),
    fields: fc.array(fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: doubtful }), { maxLength: 3 }),
    framing,
  })
  .map(({ method, path, fields, framing: { field, body } }) => `${method} ${path} HTTP/1.1\r\nHost: a\r\n${fields.map(line => `${line}\r\n`).join('')}${field}\r\n${body}`)
const mutation = fc.option(fc.record({ at: fc.nat(), byte: fc.constantFrom('\r', '\n', ' ', '\t', '\0', ':', ',', 'x', '0', '\x7f', '\xff', ';') }))

describe('what we accept', () => {
  it('Node accepts and reads the same', async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 2 }), mutation, async (requests, change) => {
        let text = requests.join('')
        if (change) {
          const at = change.at % text.length
          text = text.slice(0, at) + change.byte + text.slice(at + 1)
        }
        const mine = ours(text)
        if (mine.refused || mine.unfinished || mine.seen.length === 0) return
        // Methods that Node does not know are its own restriction.
        if (mine.seen.some(message => !http.METHODS.includes(message.method ?? ''))) return
        // Node wants a host; ours leaves that to those who route.
        if (mine.seen.some(({ host }) => host === '')) return
        accepted++
        expect([text, await nodes(text, mine.seen.length)]).toEqual([text, mine.seen])
      }),
      { numRuns: 1500 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})
