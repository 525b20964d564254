/** Before anything is timed: each contestant does what the features promise, else its figures are not comparable. */
import { request } from 'node:http'
import { connect } from 'node:http2'
import { HEADERS, PATH } from './load.ts'
import { HOST } from './mesh-config.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>
}

/** One request on a connection of its own. */
export type Ask = (port: number, path: string, method?: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>

/** By HTTP/1.1. */
export const overHttp1: Ask = (port, path, method = 'GET', headers = {}) => new Promise((resolve, reject) => {
  request({ host: '127.0.0.1', port, path, method, headers: { host: HOST, ...HEADERS, ...headers }, timeout: 5000, agent: false }, (response) => {
    response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers })).on('error', reject)
  }).on('error', reject).end()
})

/** By HTTP/2 without TLS, as who knows that the other speaks it. */
export const overHttp2: Ask = (port, path, method = 'GET', headers = {}) => new Promise((resolve, reject) => {
  const session = connect(`http://127.0.0.1:${port}`).on('error', reject)
  const sent = session.request({ ...HEADERS, ...headers, ':method': method, ':path': path, ':authority': HOST })
  sent.setTimeout(5000, () => sent.destroy(new Error(`${path} was not answered`)))
  sent.on('error', reject).on('response', (fields) => {
    resolve({ status: fields[':status'] ?? 0, headers: fields })
    session.destroy()
  })
})

/** Asks for each feature. @throws Error that names the one which a contestant lacks */
export async function checkFeatures(name: string, port: number, ask: Ask = overHttp1): Promise<void> {
  const expect = (what: string, seen: unknown, wanted: unknown): void => {
    if (seen !== wanted) throw new Error(`${name}: ${what}: saw ${String(seen)}, expected ${String(wanted)}`)
  }
  const plain = await ask(port, PATH)
  expect('a request is answered by the backend', plain.status, 200)
  expect('the answer comes from the backend', plain.headers['x-served-by'], 'backend')
  expect('a denied path', (await ask(port, '/admin/x')).status, 403)
  expect('a method that is not allowed', (await ask(port, PATH, 'DELETE')).status, 403)
  expect('an injected abort', (await ask(port, '/fault')).status, 503)
  expect('CORS', (await ask(port, PATH, 'GET', { origin: 'https://shop.example' })).headers['access-control-allow-origin'], 'https://shop.example')
}
