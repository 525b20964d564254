/** The agent's SDS, asked as Envoy asks it: over a unix socket, by the state-of-the-world stream. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as grpc from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decode, encode, SDS_STREAM, type Messages } from '@istio-ts/api-types/envoy'
import { systemClock } from '@istio-ts/foundation/node'
import { createLog, metricRegistry, silentTracer, type Telemetry } from '@istio-ts/telemetry'
import type { ProxyBootstrap } from '../../bootstrap.ts'
import { engineFiles, MAX_SOCKET_PATH } from './engine-files.ts'
import { openSds, type SdsServer } from './sds-server.ts'

type Response = Messages['envoy.service.discovery.v3.DiscoveryResponse']

const telemetry: Telemetry = { log: createLog({ sink: () => undefined, now: () => 0, levelOf: () => 'none' }, 'test'), meter: metricRegistry(), tracer: silentTracer() }
const pem = (kind: string, text: string): string => `-----BEGIN ${kind}-----\n${text}\n-----END ${kind}-----\n`
const material = (mark: string) => ({ chainPem: pem('CERTIFICATE', `chain ${mark}`), privateKeyPem: pem('PRIVATE KEY', `key ${mark}`), rootsPem: pem('CERTIFICATE', 'roots') })

let folder: string
let socket: string
let server: SdsServer
const errors: string[] = []
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sds-'))
  socket = join(folder, 'sds')
  // What an agent that was killed leaves.
  writeFileSync(socket, '')
  errors.length = 0
  server = await openSds(socket, material('1'), { clock: systemClock, telemetry, onError: (error) => void errors.push(error.code) })
})
afterEach(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** One stream for one secret, with the answers as they come; every answer is acknowledged. */
function subscribe(name: string): { next(): Promise<Response>; close(): void } {
  const client = new grpc.Client(`unix:${socket}`, grpc.credentials.createInsecure())
  const stream = client.makeBidiStreamRequest(SDS_STREAM.path, (bytes: Buffer) => bytes, (bytes: Buffer) => bytes)
  const answers = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const ask = (more: { versionInfo?: string; responseNonce?: string }): void => void stream.write(Buffer.from(encode('envoy.service.discovery.v3.DiscoveryRequest', { node: { id: 'sidecar~127.0.0.1~a.default~x' }, typeUrl: TYPE, resourceNames: [name], ...more })))
  ask({})
  return {
    async next() {
      const { value } = (await answers.next()) as { value: Buffer }
      const response = decode('envoy.service.discovery.v3.DiscoveryResponse', value)
      ask({ versionInfo: response.versionInfo ?? '', responseNonce: response.nonce ?? '' })
      return response
    },
    close() {
      stream.on('error', () => undefined)
      stream.cancel()
      client.close()
    },
  }
}
const TYPE = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret'

describe('the secret discovery service of the agent', () => {
  it('gives each secret that is asked for, and only that', async () => {
    const own = subscribe('default')
    const roots = subscribe('ROOTCA')
    const [certificate, trust] = await Promise.all([own.next(), roots.next()])
    expect(textOf(certificate)).toContain('chain 1')
    expect(textOf(certificate)).toContain('key 1')
    expect(textOf(certificate)).not.toContain('roots')
    expect(textOf(trust)).toContain('roots')
    expect(textOf(trust)).not.toContain('key')
    own.close()
    roots.close()
  })

  it('pushes a renewed certificate, and leaves alone who asked for what did not change', async () => {
    const own = subscribe('default')
    const roots = subscribe('ROOTCA')
    const first = await own.next()
    const trust = await roots.next()
    server.update(material('2'))
    const second = await own.next()
    expect(textOf(second)).toContain('key 2')
    expect(second.versionInfo).not.toBe(first.versionInfo)
    let pushed = false
    void roots.next().then(() => (pushed = true), () => undefined)
    server.update(material('3'))
    expect(textOf(await own.next())).toContain('key 3')
    expect(pushed).toBe(false)
    expect(textOf(trust)).toContain('roots')
    own.close()
    roots.close()
  })

  it('gives what users keep in files, once it is there and again when it changes; says once what is missing', async () => {
    const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const own = subscribe(`file-cert:${certificate}~${key}`)
    await expect.poll(() => errors).toEqual(['MESH0925'])
    writeFileSync(certificate, pem('CERTIFICATE', 'chain of a user'))
    writeFileSync(key, pem('PRIVATE KEY', 'key of a user'))
    expect(textOf(await own.next())).toContain('key of a user')
    writeFileSync(key, pem('PRIVATE KEY', 'another key of a user'))
    expect(textOf(await own.next())).toContain('another key of a user')
    const system = subscribe('file-root:system')
    expect(textOf(await system.next())).toContain('BEGIN CERTIFICATE')
    own.close()
    system.close()
  })

  it('removes its socket when it closes', () => {
    expect(statSync(socket).isSocket()).toBe(true)
    server.close()
    expect(existsSync(socket)).toBe(false)
  })
})

describe('the socket', () => {
  const bootstrap = (stateFolder: string, name: string): ProxyBootstrap => ({ node: { id: 'x', metadata: { NAMESPACE: 'default', NAME: name } }, engine: 'envoy', serverName: '', trustDomain: '', adminPort: 1, bindAddress: '127.0.0.1', maxReconnectMs: 1, renewalRatio: 0.5, drainMs: 0, explain: false, stateFolder })

  it('lies in the run folder if its path is short enough for every system', () => {
    expect(engineFiles(bootstrap(folder, 'a'), folder).socket).toBe(join(folder, 'run/default.a.envoy.sds'))
  })

  it('lies elsewhere under a short name if not: one per sidecar, in a folder of this user alone', () => {
    const deep = join(folder, 'x'.repeat(60))
    const [a, b] = ['a'.repeat(50), 'b'.repeat(50)].map((name) => engineFiles(bootstrap(deep, name), folder).socket)
    for (const path of [a ?? '', b ?? '']) expect(Buffer.byteLength(path)).toBeLessThanOrEqual(MAX_SOCKET_PATH)
    expect(a).not.toBe(b)
    expect(statSync(join(a ?? '', '..')).mode & 0o777).toBe(0o700)
  })
})

const textOf = (response: Response): string => (response.resources ?? []).map((resource) => Buffer.from(encode('google.protobuf.Any', resource as never)).toString('latin1')).join('')
