/** The agent's pages beside Envoy: health (15021), and health with Envoy's metrics (15020), as istio-agent serves them. */
import { createServer, request, type Server, type ServerResponse } from 'node:http'
import { PROMETHEUS_CONTENT_TYPE } from '@istio-ts/telemetry'
import type { ProxyBootstrap } from '../../bootstrap.ts'
import { portTaken } from '../../errors.ts'

/** An answer of Envoy's admin; status 0 if there was none in time. */
export interface AdminAnswer {
  readonly status: number
  readonly body: string
}

const ASK_MS = 1000

/** Asks Envoy's admin interface. */
export function askAdmin(bootstrap: ProxyBootstrap, method: 'GET' | 'POST', path: string): Promise<AdminAnswer> {
  return new Promise((resolve) => {
    const nothing = (): void => resolve({ status: 0, body: '' })
    const asked = request({ method, host: bootstrap.bindAddress, port: bootstrap.adminPort, path, timeout: ASK_MS, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => void chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      response.on('error', nothing)
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', nothing)
    asked.end()
  })
}

/** Opens the ports that the bootstrap names. @throws MeshError MESH0932 when one is taken */
export async function serveAgentPages(bootstrap: ProxyBootstrap, isReady: () => Promise<boolean>): Promise<readonly Server[]> {
  const health = async (response: ServerResponse): Promise<void> => void response.writeHead((await isReady()) ? 200 : 503, { 'content-type': 'text/plain' }).end()
  const metrics = async (response: ServerResponse): Promise<void> => {
    const { status, body } = await askAdmin(bootstrap, 'GET', '/stats/prometheus')
    response.writeHead(status === 200 ? 200 : 503, { 'content-type': PROMETHEUS_CONTENT_TYPE }).end(body)
  }
  const pages: readonly (readonly [string, number | undefined, Readonly<Record<string, (response: ServerResponse) => Promise<void>>>])[] = [
    ['stats', bootstrap.statsPort, { '/healthz/ready': health, '/stats/prometheus': metrics, '/metrics': metrics }],
    ['ready', bootstrap.readyPort, { '/healthz/ready': health }],
  ]
  return Promise.all(pages.flatMap(([what, port, routes]) => (port ? [serve(what, bootstrap.bindAddress, port, routes)] : [])))
}

function serve(what: string, address: string, port: number, routes: Readonly<Record<string, (response: ServerResponse) => Promise<void>>>): Promise<Server> {
  const server = createServer((incoming, response) => {
    incoming.resume()
    const [name = ''] = (incoming.url ?? '/').split('?')
    const page = Object.hasOwn(routes, name) ? routes[name] : undefined
    if (page) void page(response)
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n')
  })
  server.headersTimeout = 10_000
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portTaken(what, `${address}:${port}`, error)))
    server.listen({ host: address, port, exclusive: true }, () => resolve(server))
  })
}
