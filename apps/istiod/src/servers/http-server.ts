/** Small HTTP servers of istiod: routes are pure functions from a request to an answer. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cannotServe } from '../errors.ts'
import type { PortOptions } from '../options.ts'

/** What a route sees. */
export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
}

/** What it answers. */
export interface HttpAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Answers a path. */
export type HttpRoute = (request: HttpRequest) => HttpAnswer

/** JSON, indented because people read it. */
export const json = (value: unknown, status = 200): HttpAnswer => ({ status, type: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` })

/** Plain text. */
export const plain = (body: string, status = 200, type = 'text/plain; charset=utf-8'): HttpAnswer => ({ status, type, body })

/** An open server. */
export interface HttpPort {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves `routes` by exact path. Only GET and HEAD, and only for requests that name this machine: a web page that got its own name
 * resolved to loopback (DNS rebinding) is refused.
 * @throws MeshError MESH0981 when the port cannot be bound.
 */
export async function openHttpPort(what: string, at: PortOptions, routes: ReadonlyMap<string, HttpRoute>): Promise<HttpPort> {
  const server = createServer((request, response) => {
    const { status, type, body } = answer(request, routes)
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), 'x-content-type-options': 'nosniff' })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  // Nobody sends these servers a body; a client that only opens connections costs little.
  server.maxConnections = 256
  server.headersTimeout = 5_000
  server.requestTimeout = 10_000
  await listen(server, what, at)
  return { port: portOf(server), close: () => closed(server) }
}

function answer(request: IncomingMessage, routes: ReadonlyMap<string, HttpRoute>): HttpAnswer {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain('method not allowed\n', 405)
  if (request.headers.origin !== undefined || !namesThisMachine(request.headers.host ?? '')) return plain('forbidden\n', 403)
  const url = parseTarget(request.url ?? '/')
  const route = url && routes.get(url.pathname)
  if (!url || !route) return plain('not found\n', 404)
  try {
    return route({ method: request.method, path: url.pathname, query: url.searchParams })
  } catch (error) {
    return plain(`internal error: ${error instanceof Error ? error.message : String(error)}\n`, 500)
  }
}

const parseTarget = (target: string): URL | undefined => (target.startsWith('/') ? (URL.parse(target, 'http://localhost') ?? undefined) : undefined)

/** An address, `localhost`, or a cluster-internal name of istiod: what a web page elsewhere cannot have as its own origin. */
const namesThisMachine = (host: string): boolean => /^(?:\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]|localhost|istiod(?:[a-z0-9.-]*)?)(?::\d+)?$/i.test(host)

const listen = (server: Server, what: string, at: PortOptions): Promise<void> => new Promise((resolve, reject) => {
  server.once('error', (cause) => reject(cannotServe(what, `${at.host}:${at.port}`, cause)))
  server.listen({ host: at.host, port: at.port, exclusive: true }, resolve)
})

const portOf = (server: Server): number => {
  const address = server.address() as AddressInfo
  return address.port
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => {
  server.close(() => resolve())
  server.closeAllConnections()
})
