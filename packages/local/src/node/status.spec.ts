/** What is running and not ready is said, with the place and the reason. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { identifyProcess } from './process-identity.ts'
import { endpointsFile, processesFile, supervisorFile, viewFile } from './mesh-files.ts'
import { makeStateFolder, writeJson } from './state-folder.ts'
import { collectStatus, isSupervised } from './status.ts'

let folder = ''
const servers: Server[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-status-'))
  makeStateFolder(folder)
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true })
})

/** The port of a server that answers 200 to everything; `onRequest` hears of each. */
async function answering(onRequest: () => void = () => {}): Promise<number> {
  const server = createServer((_, response) => {
    onRequest()
    response.end('LIVE\n')
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
const place = (line: number): object => ({ source: { file: 'mesh.yaml', line, column: 5 } })
const planOf = (key: string, admin: number): object => ({ key, workload: key.split('/')[1], namespace: 'default', admin, inbound: [], outbound: [], gatewayPorts: [] })

it('names the failing check of a process that runs, and a proxy without configuration', async () => {
  const admin = await answering()
  const self = { ...identifyProcess(process.pid), version: '1', restarts: 0 }
  const base = { namespace: 'default', service: 'cart', serviceAccount: 'cart', engine: 'istio-ts', started: true, check: { kind: 'http', port: 1, path: '/healthz' } }
  writeJson(viewFile(folder), {
    name: 'm', folder, trustDomain: 'cluster.local', problems: [],
    workloads: [
      { ...base, name: 'cart', plan: planOf('default/cart', admin), at: place(7) },
      { ...base, name: 'pay', plan: planOf('default/pay', 1), at: place(9) },
      { ...base, name: 'foreign', started: false, plan: planOf('default/foreign', admin), at: place(11) },
    ],
    // Its port is held by somebody who is not the gateway.
    gateways: [{ plan: { ...planOf('default/ingress', 1), gatewayPorts: [{ port: 80, listen: admin }] }, at: place(13) }],
  })
  writeJson(processesFile(folder), { 'app/default/cart': self, 'proxy/default/cart': self, 'app/default/pay': self, 'proxy/default/pay': self, 'proxy/default/foreign': self, 'proxy/default/ingress': self })
  const status = await collectStatus(folder)
  expect(status?.ready).toBe(false)
  expect(status?.problems.map(({ code, source, message }) => [code, source?.line, message.slice(0, 60)])).toEqual([
    ['MESH0824', 7, 'cart runs but is not ready: GET http://127.0.0.1:1/healthz i'],
    ['MESH0825', 9, 'The proxy of pay runs but is not ready: it has no configurat'],
    ['MESH0825', 13, 'The proxy of ingress runs but is not ready: it has no config'],
    ['MESH0826', 13, `Gateway ingress cannot listen on 127.0.0.1:${admin}: the port is in use`.slice(0, 60)],
    ['MESH0823', undefined, 'The supervisor of this mesh is not running: what runs goes o'],
  ])
})

it('is supervised only by a living supervisor that wrote the view itself', () => {
  const view = (supervisor: number): void => writeJson(viewFile(folder), { supervisor, name: 'm', folder, trustDomain: 'cluster.local', workloads: [], gateways: [], problems: [] })
  const claim = (pid: number, startTime = identifyProcess(pid)?.startTime ?? ''): void => writeJson(supervisorFile(folder), { pid, startTime })
  expect(isSupervised(folder)).toBe(false)
  view(process.pid)
  expect(isSupervised(folder)).toBe(false)
  claim(process.pid)
  expect(isSupervised(folder)).toBe(true)
  view(1)
  expect(isSupervised(folder)).toBe(false)
  view(process.pid)
  claim(process.pid, 'of another life')
  expect(isSupervised(folder)).toBe(false)
})

it('asks a program itself only where it is to be thorough: each time may be a line in its log', async () => {
  let asked = 0
  const port = await answering(() => asked++)
  writeJson(viewFile(folder), {
    name: 'm', folder, trustDomain: 'cluster.local', problems: [], gateways: [],
    workloads: [{ name: 'cart', namespace: 'default', service: 'cart', serviceAccount: 'cart', engine: 'istio-ts', started: true, check: { kind: 'http', port, path: '/healthz' }, plan: planOf('default/cart', 1), at: place(7) }],
  })
  writeJson(processesFile(folder), { 'app/default/cart': { ...identifyProcess(process.pid), version: '1', restarts: 0 } })
  writeJson(endpointsFile(folder), { 'default/cart': true })
  expect((await collectStatus(folder, false))?.workloads[0]?.ready).toBe(true)
  expect(asked).toBe(0)
  expect((await collectStatus(folder))?.workloads[0]?.ready).toBe(true)
  expect(asked).toBe(1)
})
