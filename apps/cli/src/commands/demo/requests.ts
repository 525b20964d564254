/** The requests of the demo: what is sent through the gateway, and what must be seen for the demo to have worked. */
import { randomUUID } from 'node:crypto'
import { request } from 'node:http'

/** One request from outside. */
export interface DemoRequest {
  readonly id: string
  /** What it shows; rows of the table are grouped by it. */
  readonly shows: 'split' | 'abort' | 'delay' | 'retry' | 'denial'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

const user = (name: string): Readonly<Record<string, string>> => ({ 'end-user': name })

/** A request for the page, which the split of reviews decides about. */
export const pageRequest = (): DemoRequest => ({ id: randomUUID(), shows: 'split', path: '/productpage', headers: {} })

/** One request for each other thing that the sample shows. */
export const specialRequests = (): readonly DemoRequest[] => [
  { id: randomUUID(), shows: 'abort', path: '/productpage', headers: user('jason') },
  { id: randomUUID(), shows: 'delay', path: '/productpage', headers: user('sally') },
  { id: randomUUID(), shows: 'retry', path: `/api/details?flaky=${randomUUID()}`, headers: {} },
  { id: randomUUID(), shows: 'denial', path: '/api/ratings', headers: {} },
]

/** Sends a request to the gateway; status 0 if there was no answer. */
export function send(gateway: string, demo: DemoRequest): Promise<number> {
  const [host, port] = gateway.split(':')
  return new Promise((resolve) => {
    const outgoing = request({ host, port, path: demo.path, agent: false, timeout: 15_000, headers: { host: 'bookshop.example.com', 'x-demo-id': demo.id, 'user-agent': 'istio-ts-demo', ...demo.headers } }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', () => resolve(0))
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => resolve(0))
    outgoing.end()
  })
}
