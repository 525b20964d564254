/** A DestinationRule names certificates by file, as Istio has it: both kinds of sidecar present them, check the server by them, and take new ones. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { authority, type Authority } from '@istio-ts/ca'
import { newPrivateKey, newRoot, nodeCrypto, signingIdentity } from '@istio-ts/ca/node'
import { systemClock } from '@istio-ts/foundation/node'
import { curl } from '../local/calls.ts'
import { workload } from '../local/mesh-status.ts'
import { meshFolder, MeshUnderTest } from '../local/mesh-under-test.ts'
import { until } from '../local/run.ts'
import { envoyBinary, havePeers, program } from '../local/peers.ts'

const useful = havePeers('e2e/interop/file-secrets', { 'a real Envoy': envoyBinary(), curl: program('curl'), python3: program('python3') })

const outside = (port: number, folder: string, roots: string): string => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: outside, namespace: default}
spec: {hosts: [outside.example], ports: [{number: 8080, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: 127.0.0.1, ports: {http: ${port}}}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: outside, namespace: default}
spec:
  host: outside.example
  trafficPolicy:
    connectionPool: {http: {maxRequestsPerConnection: 1}}
    tls: {mode: MUTUAL, clientCertificate: ${folder}/client.pem, privateKey: ${folder}/client-key.pem, caCertificates: ${folder}/${roots}, sni: outside.example, subjectAltNames: [outside.example]}
`

describe.skipIf(!useful).each(['istio-ts', 'envoy'])('%s with certificates in files', (kind) => {
  let mesh: MeshUnderTest
  let ca: Authority
  let server: Server
  let proxy: string

  /** A client certificate in the files of the rule; its serial number. */
  const renew = async (): Promise<string> => {
    const { chainPem, keyPem, serial } = await issue(ca, 'client.example')
    writeFileSync(join(mesh.folder, 'client.pem'), chainPem)
    writeFileSync(join(mesh.folder, 'client-key.pem'), keyPem)
    return serial.replace(/^0+/, '')
  }
  const call = async (): Promise<string> => {
    const { status, body } = await curl('http://outside.example:8080/', { proxy })
    return `${status} ${body}`
  }

  beforeAll(async () => {
    ca = await newAuthority('outside')
    const { chainPem, keyPem } = await issue(ca, 'outside.example')
    server = createServer({ cert: chainPem, key: keyPem, ca: ca.rootsPem, requestCert: true, rejectUnauthorized: true }, (request, response) => response.end((request.socket as TLSSocket).getPeerCertificate().serialNumber.toLowerCase().replace(/^0+/, ''))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    mesh = await MeshUnderTest.make({ from: [meshFolder('shop')], values: { CLIENT_PROXY: kind } })
    writeFileSync(join(mesh.folder, 'roots.pem'), ca.rootsPem)
    writeFileSync(join(mesh.folder, 'others.pem'), (await newAuthority('others')).rootsPem)
    const status = await mesh.upAndSynced()
    proxy = workload(status, 'client').proxy.httpProxy
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await mesh[Symbol.asyncDispose]()
  })

  it('presents the certificate, and a new one after the files have changed', async () => {
    const first = await renew()
    await mesh.write('outside.yaml', outside((server.address() as AddressInfo).port, mesh.folder, 'roots.pem'))
    await until(async () => (await call().catch(() => '')) === `200 ${first}`, 15_000)
    const second = await renew()
    expect(second).not.toBe(first)
    await until(async () => (await call().catch(() => '')) === `200 ${second}`, 15_000)
  })

  it('refuses a server that the roots do not vouch for', async () => {
    await mesh.write('outside.yaml', outside((server.address() as AddressInfo).port, mesh.folder, 'others.pem'))
    await until(async () => /^503 /.test(await call().catch(() => '')), 15_000)
    expect((await mesh.istioctl(['local', 'logs', 'client'])).stdout).not.toContain('MESH0925')
  })

  it('waits for a file that is not there yet', async () => {
    await mesh.write('outside.yaml', outside((server.address() as AddressInfo).port, mesh.folder, 'late.pem'))
    await until(async () => (await mesh.istioctl(['local', 'logs', 'client'])).stdout.includes('late.pem'), 15_000)
    writeFileSync(join(mesh.folder, 'late.pem'), ca.rootsPem)
    await until(async () => /^200 /.test(await call().catch(() => '')), 20_000)
  })
})

async function newAuthority(organization: string): Promise<Authority> {
  const { key, certificatePem } = await newRoot(systemClock, { organization })
  return authority({ signer: signingIdentity('key', key.privateKeyPem, 'certificate', certificatePem), crypto: nodeCrypto, clock: systemClock })
}

async function issue(ca: Authority, dns: string): Promise<{ readonly chainPem: string; readonly keyPem: string; readonly serial: string }> {
  const key = newPrivateKey()
  const { chainPem, serial } = await ca.issueServing(key.publicKey, [{ dns }])
  return { chainPem, keyPem: key.privateKeyPem, serial }
}
