/** Large bodies in each pair of protocols: nothing is lost, and who does not read stops who sends, so that the proxy holds a bounded part. */
import http from 'node:http'
import http2 from 'node:http2'
import type { Readable, Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import { clusters, listener } from './configuration.ts'
import { startOurProxy, type OurProxy } from './our-proxy.ts'

const SIZE = 100 * 1024 * 1024
const PIECE = Buffer.alloc(256 * 1024, 'x')

/** What may lie between a sender and a receiver that does not read: mostly the kernel's receive buffer (Linux lets it grow to 32 MB), then windows and our backlog. */
const MOST_IN_FLIGHT = 48 * 1024 * 1024

/** Writes `SIZE` bytes as fast as it is allowed; counts what was taken. */
function pour(into: Writable, count: (bytes: number) => void): void {
  let sent = 0
  const go = (): void => {
    while (sent < SIZE) {
      sent += PIECE.length
      count(PIECE.length)
      if (!into.write(PIECE)) return void into.once('drain', go)
    }
    into.end()
  }
  go()
}

/** Reads nothing for a while, then all; tells how much the sender had sent until then, and the whole. */
function sip(from: Readable, sentSoFar: () => number): Promise<{ readonly early: number; readonly whole: number }> {
  return new Promise((resolve, reject) => {
    from.pause()
    setTimeout(() => {
      const early = sentSoFar()
      let whole = 0
      from.on('data', (chunk: Buffer) => (whole += chunk.length)).on('end', () => resolve({ early, whole })).on('error', reject)
      from.resume()
    }, 600)
  })
}

describe('a body of 100 MB', () => {
  let proxy: OurProxy
  let port = 0
  let sent = 0
  let sipped: Promise<{ readonly early: number; readonly whole: number }> | undefined
  const handle = (request: Readable, response: Writable & { readonly respond?: unknown }, path: string): void => {
    if (path.endsWith('/down')) {
      request.resume()
      return pour(response, (n) => (sent += n))
    }
    sipped = sip(request, () => sent)
    void sipped.then(() => response.end('done'))
  }
  const origins = {
    h1: http.createServer((request, response) => handle(request, response, request.url ?? '')),
    h2: http2.createServer((request, response) => handle(request, response.stream, request.url)),
  }

  beforeAll(async () => {
    const [listenPort = 0, h1 = 0, h2 = 0, closed = 0] = await freePorts(4)
    port = listenPort
    await Promise.all([new Promise<void>((go) => origins.h1.listen(h1, '127.0.0.1', go)), new Promise<void>((go) => origins.h2.listen(h2, '127.0.0.1', go))])
    proxy = await startOurProxy([listener('sidecar', port, 'log')], clusters(h1, h2, closed))
  })
  afterAll(async () => {
    await proxy.stop()
    origins.h1.close()
    origins.h2.close()
  })

  describe.each([['HTTP/1', ''], ['HTTP/2', '/h2']] as const)('to an origin of %s', (_name, prefix) => {
    it.each(['HTTP/1', 'HTTP/2'] as const)('comes down whole to a client of %s that reads late', async (client) => {
      sent = 0
      const { body, close } = await download(client, port, `${prefix}/down`)
      const { early, whole } = await sip(body, () => sent)
      close()
      expect(early).toBeLessThan(MOST_IN_FLIGHT)
      expect(whole).toBe(SIZE)
    })

    it.each(['HTTP/1', 'HTTP/2'] as const)('goes up whole from a client of %s to an origin that reads late', async (client) => {
      sent = 0
      const answer = await upload(client, port, `${prefix}/up`, (n) => (sent += n))
      expect(answer).toBe('done')
      const { early, whole } = (await sipped) ?? { early: SIZE, whole: 0 }
      expect(early).toBeLessThan(MOST_IN_FLIGHT)
      expect(whole).toBe(SIZE)
    })
  })

  it('holds no more afterwards than before', async () => {
    const upstream = proxy.proxy.upstream('origin')
    expect(upstream?.activeRequests).toBe(0)
    expect(upstream?.pending).toBe(0)
  })
})

async function download(client: 'HTTP/1' | 'HTTP/2', port: number, path: string): Promise<{ readonly body: Readable; close(): void }> {
  if (client === 'HTTP/1') return new Promise((resolve, reject) => http.get({ host: '127.0.0.1', port, path, agent: false }, (body) => resolve({ body, close: () => body.destroy() })).on('error', reject))
  const session = http2.connect(`http://127.0.0.1:${port}`)
  const stream = session.request({ ':path': path })
  await new Promise((go, fail) => stream.once('response', go).once('error', fail))
  return { body: stream, close: () => session.close() }
}

function upload(client: 'HTTP/1' | 'HTTP/2', port: number, path: string, count: (n: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const read = (body: Readable, done: () => void = () => undefined): void => {
      let text = ''
      body.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => {
        done()
        resolve(text)
      })
    }
    if (client === 'HTTP/1') return pour(http.request({ host: '127.0.0.1', port, path, method: 'POST', agent: false }, (response) => read(response)).on('error', reject), count)
    const session = http2.connect(`http://127.0.0.1:${port}`)
    const stream = session.request({ ':path': path, ':method': 'POST' }).on('error', reject)
    read(stream, () => session.close())
    pour(stream, count)
  })
}
