/** Small HTTP servers for people and scrapers: admin, metrics, health. Not part of the data path. */
import { createServer, type Server } from 'node:http'
import { portTaken } from '../errors.ts'

/** An answer. */
export interface Page {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** A request as the pages see it. */
export interface PageRequest {
  readonly method: string
  readonly path: string
  readonly host: string | undefined
  readonly origin: string | undefined
}

/** Serves pages on a port. @throws MeshError MESH0922 when the port is taken */
export function servePages(what: string, address: string, port: number, answer: (request: PageRequest) => Page): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    let page: Page
    try {
      page = answer({ method: request.method ?? 'GET', path: request.url ?? '/', host: request.headers.host, origin: request.headers.origin })
    } catch (error) {
      page = { status: 500, contentType: 'text/plain', body: `${error instanceof Error ? error.message : String(error)}\n` }
    }
    response.writeHead(page.status, { 'content-type': page.contentType, 'cache-control': 'no-cache, max-age=0', 'x-content-type-options': 'nosniff' })
    response.end(request.method === 'HEAD' ? undefined : page.body)
  })
  server.headersTimeout = 10_000
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portTaken(what, `${address}:${port}`, error)))
    server.listen({ host: address, port, exclusive: true }, () => resolve(server))
  })
}
