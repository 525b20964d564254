/** Our codecs between peers that we did not write: Node's http and http2, curl, h2spec; through every pair of dialects. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Address, ByteStream, Listening } from '../io/io-engine.ts'
import { netEngine } from '../io/net/net-engine.ts'
import { makeAuthority, type Authority, type Credentials } from '../io/testdata/authority.ts'
import { DEFAULT_CODEC_OPTIONS, http2Server, plainResponseHead } from './index.ts'
import { bridge, type Dialect } from './testdata/bridge.ts'

const run = promisify(execFile)
const engine = netEngine()
const portOf = (listening: Listening): number => (listening.address.kind === 'ip' ? listening.address.port : 0)
const local = (port: number): Address => ({ kind: 'ip', ip: '127.0.0.1', port })

/** What the origin saw, or what it was asked to send. */
function origin(request: http.IncomingMessage | http2.Http2ServerRequest, answer: http.ServerResponse | http2.Http2ServerResponse): void {
  // The compatibility face of http2 has what is used here; its overloads differ.
  const response = answer as http.ServerResponse
  let received = 0
  request.on('data', (chunk: Buffer) => (received += chunk.length))
  request.on('end', () => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    if (pathname === '/bytes') return void response.end(Buffer.alloc(Number(searchParams.get('n')), 97))
    if (pathname === '/status') response.statusCode = Number(searchParams.get('s'))
    if (pathname === '/status') return void response.end()
    if (pathname === '/trailers') {
      response.setHeader('trailer', 'x-sum')
      response.write('part one, ')
      response.addTrailers({ 'x-sum': '7' })
      return void response.end('part two')
    }
    response.end(JSON.stringify({ method: request.method, url: request.url, host: request.headers.host ?? request.headers[':authority'], team: request.headers['x-team'], received }))
  })
}

const h1Origin = http.createServer(origin)
const h2Origin = http2.createServer((request, response) => origin(request, response))
const h1Upgrades: string[] = []
h1Origin.on('upgrade', (request, socket, head: Buffer) => {
  h1Upgrades.push(request.url ?? '')
  socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n')
  if (head.length > 0) socket.write(head)
  socket.pipe(socket)
})

beforeAll(async () => {
  await new Promise<void>(ready => h1Origin.listen(0, '127.0.0.1', ready))
  await new Promise<void>(ready => h2Origin.listen(0, '127.0.0.1', ready))
})

afterAll(() => {
  h1Origin.closeAllConnections()
  h1Origin.close()
  h2Origin.close()
})

const originOf = (dialect: Dialect): Address => local(((dialect === 'http1' ? h1Origin : h2Origin).address() as AddressInfo).port)

describe.each<[Dialect, Dialect]>([
  ['http1', 'http1'],
  ['http1', 'http2'],
  ['http2', 'http1'],
  ['http2', 'http2'],
])('%s client to %s origin', (front, back) => {
  let listening: Listening
  let session: http2.ClientHttp2Session | undefined
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  beforeAll(async () => {
    listening = await bridge(engine, front, back, originOf(back))
    if (front === 'http2') session = http2.connect(`http://127.0.0.1:${portOf(listening)}`)
  })
  afterAll(async () => {
    agent.destroy()
    session?.destroy()
    await listening.close()
  })

  interface Answer {
    readonly status: number
    readonly body: string
    readonly length: number
    readonly trailers: Record<string, unknown>
  }

  function call(path: string, options: { readonly method?: string; readonly body?: Buffer; readonly headers?: Record<string, string> } = {}): Promise<Answer> {
    const { method = 'GET', body, headers = {} } = options
    return new Promise((resolve, reject) => {
      const collect = (message: http.IncomingMessage | http2.ClientHttp2Stream, status: () => number, trailers: () => Record<string, unknown>): void => {
        const chunks: Buffer[] = []
        message.on('data', (chunk: Buffer) => chunks.push(chunk))
        message.on('error', reject)
        message.on('end', () => resolve({ status: status(), body: Buffer.concat(chunks).subarray(0, 2000).toString(), length: Buffer.concat(chunks).length, trailers: trailers() }))
      }
      if (session) {
        const stream = session.request({ ':method': method, ':path': path, ...headers }, { endStream: body === undefined })
        let status = 0
        let trailers = {}
        stream.on('response', head => (status = head[':status'] ?? 0))
        stream.on('trailers', fields => (trailers = { ...fields }))
        collect(stream, () => status, () => trailers)
        if (body) stream.end(body)
      } else {
        const request = http.request({ host: '127.0.0.1', port: portOf(listening), agent, path, method, headers }, message => collect(message, () => message.statusCode ?? 0, () => message.trailers))
        request.on('error', reject)
        request.end(body)
      }
    })
  }

  it('carries requests, reusing the connection', async () => {
    for (let i = 0; i < 20; i++) {
      const { status, body } = await call(`/echo?i=${i}`, { headers: { 'x-team': `t${i}` } })
      expect([status, JSON.parse(body)]).toMatchObject([200, { method: 'GET', url: `/echo?i=${i}`, team: `t${i}`, received: 0 }])
    }
  })

  it('carries many at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => call(`/echo?i=${i}`)))
    expect(answers.map(answer => (JSON.parse(answer.body) as { url: string }).url)).toEqual(Array.from({ length: 60 }, (_, i) => `/echo?i=${i}`))
  })

  it('carries large bodies both ways', async () => {
    expect(JSON.parse((await call('/up', { method: 'POST', body: Buffer.alloc(3_000_000) })).body)).toMatchObject({ received: 3_000_000 })
    expect((await call('/up', { method: 'PUT', body: Buffer.alloc(70_000), headers: { 'content-length': '70000' } })).body).toContain('70000')
    expect((await call('/bytes?n=5000000')).length).toBe(5_000_000)
  })

  it('carries trailers', async () => {
    const { body, trailers } = await call('/trailers')
    expect(body).toBe('part one, part two')
    expect(trailers).toMatchObject({ 'x-sum': '7' })
  })

  it('carries answers without a body', async () => {
    for (const status of [204, 304, 404, 500]) expect(await call(`/status?s=${status}`)).toMatchObject({ status, length: 0 })
    expect(await call('/bytes?n=100', { method: 'HEAD' })).toMatchObject({ status: 200, length: 0 })
    expect(await call('/echo')).toMatchObject({ status: 200 })
  })
})

describe('upgrades', () => {
  it.each<[string, boolean]>([
    ['through HTTP/1', false],
    ['through an HTTP/2 hop (RFC 8441)', true],
  ])('%s', async (_title, hop) => {
    const last = await bridge(engine, hop ? 'http2' : 'http1', 'http1', originOf('http1'))
    const first = hop ? await bridge(engine, 'http1', 'http2', last.address) : last
    const text = await new Promise<string>((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port: portOf(first), path: '/upgrade', headers: { connection: 'Upgrade', upgrade: 'echo' } })
      request.on('error', reject)
      request.on('response', message => reject(new Error(`status ${message.statusCode}`)))
      request.on('upgrade', (_message, socket) => {
        let seen = ''
        socket.on('data', (chunk: Buffer) => {
          seen += chunk.toString()
          if (seen === 'ping') socket.write('pong')
          if (seen === 'pingpong') socket.end()
        })
        socket.on('end', () => resolve(seen))
        socket.write('ping')
      })
      request.end()
    })
    expect(text).toBe('pingpong')
    await last.close()
    await first.close()
  })
})

describe('TLS', () => {
  let authority: Authority
  let credentials: Credentials
  let listening: Listening
  beforeAll(async () => {
    authority = await makeAuthority()
    credentials = await authority.issue({ dns: ['localhost'], uris: ['spiffe://td/ns/a/sa/b'] })
    const context = engine.tlsContext({ side: 'server', ...credentials, alpn: ['http/1.1'] })
    const secure = (stream: ByteStream, serve: (stream: ByteStream) => void): void => engine.startTls(stream, context, { timeoutMs: 2000 }, result => void ('failure' in result || serve(result)))
    listening = await bridge(engine, 'http1', 'http1', originOf('http1'), secure)
  })
  afterAll(() => listening.close())

  it('serves Node https, keeping the connection', async () => {
    const agent = new https.Agent({ keepAlive: true, ca: authority.rootPem, servername: 'localhost' })
    for (let i = 0; i < 3; i++) {
      const length = await new Promise<number>((resolve, reject) => {
        https
          .get({ host: '127.0.0.1', port: portOf(listening), path: '/bytes?n=300000', agent }, message => {
            let received = 0
            message.on('data', (chunk: Buffer) => (received += chunk.length))
            message.on('end', () => resolve(received))
          })
          .on('error', reject)
      })
      expect(length).toBe(300_000)
    }
    agent.destroy()
  })
})

describe('curl', () => {
  it.each<[string, Dialect, readonly string[]]>([
    ['HTTP/1.1', 'http1', []],
    ['HTTP/2', 'http2', ['--http2-prior-knowledge']],
  ])('%s', async (_title, dialect, flags) => {
    const listening = await bridge(engine, dialect, 'http1', originOf('http1'))
    const url = `http://127.0.0.1:${portOf(listening)}`
    const curl = async (...args: string[]): Promise<string> => (await run('curl', ['-sS', '-m', '10', ...flags, ...args])).stdout
    expect(await curl('-d', 'x=1', `${url}/one`)).toContain('"method":"POST","url":"/one"')
    expect(await curl(`${url}/two`)).toContain('"method":"GET","url":"/two"')
    await listening.close()
  })
})

const h2spec = join(process.env['ISTIO_TS_CACHE'] ?? join(homedir(), '.cache', 'istio-ts'), 'h2spec', 'h2spec')

describe('h2spec', () => {
  it('passes every case, strict ones too', async () => {
    if (!existsSync(h2spec)) {
      expect(process.env['MESH_REQUIRE_ALL'], `h2spec is not at ${h2spec}; go install github.com/summerwind/h2spec/cmd/h2spec@latest`).not.toBe('1')
      console.info(`skipped: h2spec is not at ${h2spec} (go install github.com/summerwind/h2spec/cmd/h2spec@latest)`)
      return
    }
    const body = Buffer.from('hello world')
    const listening = await engine.listen(local(0), {}, stream => {
      http2Server(stream, DEFAULT_CODEC_OPTIONS, {
        onStream(exchange) {
          const answer = (): void => {
            exchange.sendHead(plainResponseHead(200, [['content-length', '11']]), false)
            exchange.sendData(body, 0, 11, true, true)
          }
          return { onHead: (_head, end) => void (end && answer()), onData: (_bytes, _from, _to, end) => void (end && answer()), onTrailers: answer, onReset() {}, onDrain() {} }
        },
        onProtocolError() {},
        onClose() {},
      })
    })
    const { stdout } = await run(h2spec, ['-h', '127.0.0.1', '-p', String(portOf(listening)), '-o', '2', '-S'], { timeout: 60_000 }).catch((error: { stdout: string }) => error)
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^(\d+) tests, \1 passed, 0 skipped, 0 failed$/)
    await listening.close()
  }, 90_000)
})
