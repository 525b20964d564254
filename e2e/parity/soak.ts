/** Mixed traffic through one proxy for a while, with everything that goes wrong in it; then what the proxy still holds. */
import { fork, type ChildProcess } from 'node:child_process'
import http from 'node:http'
import http2, { type ClientHttp2Session } from 'node:http2'
import net from 'node:net'
import { join } from 'node:path'
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import type { Holdings } from './soak-child.ts'

/** What a soak found: holdings after a warm-up and at the end, both at rest, and how often each kind of traffic ran. */
export interface SoakResult {
  readonly before: Holdings
  readonly after: Holdings
  readonly counts: Readonly<Record<string, number>>
}

const BIG = Buffer.alloc(300_000, 'x')
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Runs traffic for `ms` after a warm-up of a fifth of it. */
export async function soak(ms: number): Promise<SoakResult> {
  const [port = 0, tcp = 0, origin = 0, h2 = 0, closed = 0] = await freePorts(5)
  const origins = await startOrigins(origin, h2)
  const child = fork(join(import.meta.dirname, 'soak-child.ts'), [port, tcp, origin, h2, closed].map(String), { execArgv: ['--expose-gc', '--conditions=@istio-ts/source', '--disable-warning=ExperimentalWarning'], stdio: 'inherit' })
  try {
    await answer(child)
    await traffic(port, tcp, ms / 5)
    const before = await atRest(child)
    const counts = await traffic(port, tcp, ms)
    return { before, after: await atRest(child), counts }
  } finally {
    child.kill('SIGKILL')
    origins.close()
  }
}

const answer = (child: ChildProcess): Promise<unknown> => new Promise((resolve, reject) => {
  child.once('message', resolve).once('exit', () => reject(new Error('the proxy ended')))
})

/** Lingering closes take a second; pooled connections stay, because they are held on purpose. */
async function atRest(child: ChildProcess): Promise<Holdings> {
  await wait(2500)
  const told = answer(child)
  child.send('tell')
  return (await told) as Holdings
}

async function startOrigins(port: number, h2Port: number): Promise<{ close(): void }> {
  const act = (path: string, body: () => void, destroy: () => void, late: () => void): void => {
    if (path.includes('rst')) destroy()
    else if (path.includes('timeout')) setTimeout(late, 400)
    else body()
  }
  const h1 = http.createServer((request, response) => {
    const path = request.url ?? ''
    request.on('error', () => undefined)
    request.resume().on('end', () => act(path, () => response.end(path.includes('big') ? BIG : 'ok'), () => request.socket.destroy(), () => response.end('late')))
  })
  h1.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined)
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
    socket.pipe(socket)
  })
  h1.on('clientError', (_error, socket) => socket.destroy())
  h1.keepAliveTimeout = 600_000
  const two = http2.createServer((request, response) => {
    request.resume().on('end', () => act(request.url, () => response.end(request.url.includes('big') ? BIG : 'ok'), () => request.stream.close(2), () => response.end('late')))
  })
  two.on('sessionError', () => undefined)
  await Promise.all([new Promise<void>((go) => h1.listen(port, '127.0.0.1', go)), new Promise<void>((go) => two.listen(h2Port, '127.0.0.1', go))])
  return { close: () => {
    h1.closeAllConnections()
    h1.close()
    two.close()
  } }
}

/** Kinds of traffic; each resolves when its part is over, however it ended. */
const KINDS: Readonly<Record<string, (port: number, tcp: number, agent: http.Agent, session: () => ClientHttp2Session) => Promise<void>>> = {
  get: (port, _tcp, agent) => call({ port, path: '/x', agent }),
  'get from HTTP/2': (port, _tcp, agent) => call({ port, path: '/h2/x', agent }),
  'a large answer': (port, _tcp, agent) => call({ port, path: '/big', agent }),
  'a large answer, given up': (port) => call({ port, path: '/big', agent: false }, { abortAfter: 1 }),
  post: (port, _tcp, agent) => call({ port, path: '/x', method: 'POST', agent }, { body: BIG }),
  'post to HTTP/2': (port, _tcp, agent) => call({ port, path: '/h2/x', method: 'POST', agent }, { body: BIG }),
  'post, given up': (port) => call({ port, path: '/x', method: 'POST', agent: false, headers: { 'content-length': 1_000_000 } }, { body: BIG, half: true }),
  'a timeout': (port, _tcp, agent) => call({ port, path: '/timeout', agent }),
  'a timeout, given up': (port) => call({ port, path: '/timeout', agent: false }, { abortBefore: 50 }),
  'an origin that resets': (port, _tcp, agent) => call({ port, path: '/rst', agent }),
  'an origin that resets, retried': (port, _tcp, agent) => call({ port, path: '/retried/rst', agent }),
  'nobody listens': (port, _tcp, agent) => call({ port, path: '/refused', agent }),
  'no route': (port, _tcp, agent) => call({ port, path: '/x', agent, headers: { host: 'named.example' } }),
  'a broken head': (port) => raw(port, 'GET /x HTTP/1.1\r\nx y: z\r\n\r\n', 20),
  'half a head': (port) => raw(port, 'GET /x HT', 10),
  'an empty connection': (port) => raw(port, '', 5),
  'half a preface': (port) => raw(port, 'PRI * HTTP', 10),
  websocket: (port) => raw(port, 'GET /ws HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nhello', 30),
  'websocket, reset': (port) => raw(port, 'GET /ws HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nhello', 30, true),
  tcp: (_port, tcp) => raw(tcp, 'GET /x HTTP/1.1\r\nhost: a\r\n\r\n', 20),
  'tcp, reset': (_port, tcp) => raw(tcp, 'GET /x HTTP/1.1\r\n', 10, true),
  'a stream': (_port, _tcp, _agent, session) => stream(session(), '/x'),
  'a stream to HTTP/2': (_port, _tcp, _agent, session) => stream(session(), '/h2/big'),
  'a stream that is cancelled': (_port, _tcp, _agent, session) => stream(session(), '/h2/big', 1),
  'a stream that times out': (_port, _tcp, _agent, session) => stream(session(), '/timeout'),
  'a stream that the origin resets': (_port, _tcp, _agent, session) => stream(session(), '/h2/rst'),
  'a session that is lost': (port) => new Promise((resolve) => {
    const session = http2.connect(`http://127.0.0.1:${port}`).on('error', () => undefined)
    session.request({ ':path': '/timeout' }).on('error', () => undefined)
    setTimeout(() => session.destroy(), 30)
    session.on('close', () => resolve())
  }),
}

async function traffic(port: number, tcp: number, ms: number): Promise<Record<string, number>> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 20 })
  let session: ClientHttp2Session | undefined
  const shared = (): ClientHttp2Session => {
    if (!session || session.closed || session.destroyed) session = http2.connect(`http://127.0.0.1:${port}`).on('error', () => undefined)
    return session
  }
  const counts: Record<string, number> = {}
  const kinds = Object.entries(KINDS)
  const until = Date.now() + ms
  const worker = async (start: number): Promise<void> => {
    for (let i = start; Date.now() < until; i++) {
      const [name, run] = kinds[i % kinds.length] ?? ['', () => wait(1)]
      counts[name] = (counts[name] ?? 0) + 1
      await Promise.race([run(port, tcp, agent, shared), wait(3000)])
    }
  }
  await Promise.all(Array.from({ length: 12 }, (_, i) => worker(i * 7)))
  agent.destroy()
  session?.destroy()
  return counts
}

interface Wish {
  readonly body?: Buffer
  /** Break off after this many pieces of the answer, or this many milliseconds without one. */
  readonly abortAfter?: number
  readonly abortBefore?: number
  /** Send the body and then nothing more, although more was promised. */
  readonly half?: boolean
}

function call(options: http.RequestOptions, wish: Wish = {}): Promise<void> {
  return new Promise((resolve) => {
    const request = http.request({ host: '127.0.0.1', timeout: 2500, ...options }, (response) => {
      let pieces = 0
      response.on('data', () => {
        if (++pieces === wish.abortAfter) request.destroy()
      })
      response.on('close', () => resolve()).on('error', () => undefined)
    })
    request.on('error', () => resolve()).on('timeout', () => request.destroy()).on('close', () => resolve())
    if (wish.abortBefore !== undefined) setTimeout(() => request.destroy(), wish.abortBefore)
    if (wish.half === true) {
      request.write(wish.body)
      setTimeout(() => request.destroy(), 20)
    } else request.end(wish.body)
  })
}

function raw(port: number, text: string, ms: number, reset = false): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port })
    socket.on('error', () => undefined).on('close', () => resolve()).on('data', () => undefined)
    if (text !== '') socket.write(text)
    setTimeout(() => (reset ? socket.resetAndDestroy() : socket.destroy()), ms)
  })
}

function stream(session: ClientHttp2Session, path: string, cancelAfter = 0): Promise<void> {
  return new Promise((resolve) => {
    const one = session.request({ ':path': path })
    let pieces = 0
    one.on('data', () => {
      if (++pieces === cancelAfter) one.close(8)
    })
    one.on('error', () => undefined).on('close', () => resolve())
  })
}
