/** Before anything is timed: each contestant does what the features promise, else its figures are not comparable. */
import { request } from 'node:http'
import { HEADERS, PATH } from './load.ts'
import { HOST } from './mesh-config.ts'

interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
}

const ask = (port: number, path: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<Answer> => new Promise((resolve, reject) => {
  request({ host: '127.0.0.1', port, path, method, headers: { host: HOST, ...HEADERS, ...headers }, timeout: 5000, agent: false }, (response) => {
    response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers })).on('error', reject)
  }).on('error', reject).end()
})

/** @throws Error that names the feature which a contestant lacks */
export async function checkFeatures(name: string, port: number): Promise<void> {
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
