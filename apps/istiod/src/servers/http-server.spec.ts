/** Who may ask the debug pages. Each refusal goes red when its check is taken out. */
import { request } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openHttpPort, plain, type HttpPort } from './http-server.ts'

let port: HttpPort
beforeEach(async () => {
  port = await openHttpPort('test server', { host: '127.0.0.1', port: 0 }, new Map([['/ready', () => plain('yes')], ['/broken', () => {
    throw new Error('no')
  }]]))
})
afterEach(() => port.close())

const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<number> => new Promise((resolve, reject) => {
  const outgoing = request({ host: '127.0.0.1', port: port.port, path, method, headers, agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
  outgoing.on('error', reject)
  outgoing.end()
})

it.each([
  ['answers this machine', '/ready', {}, 'GET', 200],
  ['answers its names in a cluster', '/ready', { host: 'istiod.istio-system.svc:8080' }, 'GET', 200],
  ['refuses a foreign name (DNS rebinding)', '/ready', { host: 'evil.example' }, 'GET', 403],
  ['refuses a name that only begins like an address', '/ready', { host: '127.0.0.1.evil.example' }, 'GET', 403],
  ['refuses web pages', '/ready', { origin: 'http://evil.example' }, 'GET', 403],
  ['changes nothing', '/ready', {}, 'POST', 405],
  ['knows its paths only', '/other', {}, 'GET', 404],
  ['survives a bug', '/broken', {}, 'GET', 500],
])('%s', async (_what, path, headers, method, status) => expect(await ask(path, headers, method)).toBe(status))

it('says who cannot listen where', async () => {
  await expect(openHttpPort('HTTP server', { host: '127.0.0.1', port: port.port }, new Map())).rejects.toMatchObject({ code: 'MESH0981', message: expect.stringContaining(`127.0.0.1:${port.port}`) })
})
