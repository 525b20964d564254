/** The ClientHello parser against a real TLS stack, in pieces, and against garbage. */
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { MAX_CLIENT_HELLO_BYTES, parseClientHello } from './client-hello.ts'

/** What a TLS client sends first. */
async function hello(options: tls.ConnectionOptions): Promise<Uint8Array> {
  const flight = Promise.withResolvers<Uint8Array>()
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      flight.resolve(chunk)
      done()
    },
  })
  const socket = tls.connect({ socket: wire, rejectUnauthorized: false, ...options })
  socket.on('error', () => {})
  const bytes = await flight.promise
  socket.destroy()
  return bytes
}

const parse = (bytes: Uint8Array) => parseClientHello(bytes, 0, bytes.length)

/** The same handshake message in records of `size` bytes. */
function fragmented(bytes: Uint8Array, size: number): Uint8Array {
  const out: number[] = []
  for (let at = 5; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size)
    out.push(22, 3, 1, piece.length >> 8, piece.length & 255, ...piece)
  }
  return Uint8Array.from(out)
}

describe('parseClientHello', () => {
  let real: Uint8Array
  beforeAll(async () => {
    real = await hello({ servername: 'Reviews.Default.svc', ALPNProtocols: ['istio-peer-exchange', 'istio', 'h2'] })
  })

  it('reads SNI, ALPN and the version of a real client', async () => {
    expect(parse(real)).toEqual({ kind: 'complete', hello: { sni: 'reviews.default.svc', alpn: ['istio-peer-exchange', 'istio', 'h2'], tls13: true } })
    expect(parse(await hello({ servername: '', maxVersion: 'TLSv1.2' }))).toEqual({ kind: 'complete', hello: { alpn: [], tls13: false } })
  })

  it('asks for more, and never for more than it needs', () => {
    for (let end = 0; end < real.length; end++) {
      const result = parseClientHello(real, 0, end)
      expect(result.kind).toBe('incomplete')
      if (result.kind === 'incomplete') expect(result.need).toBeGreaterThan(end)
      if (result.kind === 'incomplete') expect(result.need).toBeLessThanOrEqual(real.length)
    }
  })

  it('joins a message that is split over records', () => {
    for (const size of [1, 7, 100]) expect(parse(fragmented(real, size))).toEqual(parse(real))
  })

  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\n'],
    ['SSLv2', '\x80\x2e\x01\x00\x02'],
    ['an alert', '\x15\x03\x01\x00\x02\x01\x00'],
    ['another major version', '\x16\x02\x00\x00\x05'],
  ])('knows that %s is no TLS handshake', (_title, text) => {
    expect(parse(Buffer.from(text, 'latin1')).kind).toBe('not-tls')
  })

  it('refuses what is too long, empty, or another message', () => {
    expect(parse(Uint8Array.of(22, 3, 1, 0, 5, 2, 0, 0, 1, 0)).kind).toBe('invalid')
    expect(parse(Uint8Array.of(22, 3, 1, 0, 0)).kind).toBe('invalid')
    const long = MAX_CLIENT_HELLO_BYTES + 1
    const record = new Uint8Array(5 + 4096)
    record.set([22, 3, 1, 16, 0, 1, long >> 16, (long >> 8) & 255, long & 255])
    expect(parse(record)).toEqual({ kind: 'invalid', detail: 'ClientHello too long' })
  })

  it('gives no name that is not a host name', () => {
    const name = Buffer.from('reviews.default.svc', 'latin1')
    const at = Buffer.from(real).toString('latin1').toLowerCase().indexOf('reviews.default.svc')
    expect(at).toBeGreaterThan(0)
    for (const byte of [0, 10, 13, 32, 0x25, 0x2f, 0xff]) {
      const forged = Uint8Array.from(real)
      forged[at + 3] = byte
      const result = parse(forged)
      expect(result.kind === 'complete' && result.hello.sni).toBe(undefined)
    }
    expect(name.length).toBe(19)
  })

  it('never throws and always answers, whatever is mutated', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }), fc.nat(), (changes, cut) => {
        const bytes = Uint8Array.from(real)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        expect(['complete', 'incomplete', 'not-tls', 'invalid']).toContain(parseClientHello(bytes, 0, cut % (bytes.length + 1)).kind)
      }),
      { numRuns: 2000 },
    )
  })
})
