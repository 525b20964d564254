/** The whole way: token and key in, certificate out, over TLS on loopback. */
import { experimental, Server, type ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js'
import { formatSpiffeId, manualClock } from '@istio-ts/foundation'
import { metricRegistry, silentTelemetry } from '@istio-ts/telemetry'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { authority, certificateAuthenticator, firstOf, LOCAL_TOKEN_ISSUER, tokenAuthenticator } from '../index.ts'
import { newPrivateKey, newRoot, nodeCrypto, signingIdentity, signToken } from '../node/index.ts'
import { addCertificateService, requestCertificate } from './index.ts'

// Real time: OpenSSL checks the serving certificate against the machine's clock.
const clock = manualClock(Date.now())
const tokenKey = newPrivateKey()
const identity = { trustDomain: 'cluster.local', namespace: 'default', serviceAccount: 'cart' }
let server: Server
let address: string
let rootsPem: string
let registry: ReturnType<typeof metricRegistry>

/** Client certificates are verified by grpc-js before they are told. */
const credentialsOf = (call: ServerUnaryCall<unknown, unknown>) => {
  const names = call.getAuthContext()?.sslPeerCertificate?.subjectaltname ?? ''
  const [token] = call.metadata.get('authorization')
  return { address: call.getPeer(), uris: names === '' ? [] : [names.replace('URI:', '')], ...(typeof token === 'string' ? { bearer: token.replace('Bearer ', '') } : {}) }
}

beforeEach(async () => {
  const root = await newRoot(clock, { organization: 'cluster.local' })
  rootsPem = root.certificatePem
  const ca = authority({ signer: signingIdentity('k', root.key.privateKeyPem, 'c', rootsPem), crypto: nodeCrypto, clock })
  const key = newPrivateKey()
  const serving = await ca.issueServing(key.publicKey, [{ dns: 'istiod.istio-system.svc' }, { ip: [127, 0, 0, 1] }])
  registry = metricRegistry()
  server = new Server()
  addCertificateService(server, {
    authority: ca,
    authenticate: firstOf(certificateAuthenticator(['cluster.local']), tokenAuthenticator(clock, { publicKeyPem: tokenKey.publicKeyPem, issuer: LOCAL_TOKEN_ISSUER, trustDomain: 'cluster.local' })),
    telemetry: { ...silentTelemetry(), meter: registry },
    credentialsOf,
  })
  const provider = {
    addCaCertificateListener: (listener: (update: { caCertificate: Buffer }) => void) => queueMicrotask(() => listener({ caCertificate: Buffer.from(rootsPem) })),
    removeCaCertificateListener: () => undefined,
    addIdentityCertificateListener: (listener: (update: { certificate: Buffer; privateKey: Buffer }) => void) => queueMicrotask(() => listener({ certificate: Buffer.from(serving.chainPem), privateKey: Buffer.from(key.privateKeyPem) })),
    removeIdentityCertificateListener: () => undefined,
  }
  const credentials: ServerCredentials = experimental.createCertificateProviderServerCredentials(provider, provider, false)
  const port = await new Promise<number>((resolve, reject) => server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))))
  address = `127.0.0.1:${port}`
})
afterEach(() => server.forceShutdown())

const ask = async (more: Partial<Parameters<typeof requestCertificate>[0]> = {}) =>
  requestCertificate({ address, rootsPem, uri: 'spiffe://cluster.local/ns/kube-system/sa/admin', now: Date.now(), ...more })
const token = () => signToken(tokenKey, { ...identity, now: clock.now() })
const count = (name: string) => registry.collect().find((family) => family.name === name)?.samples[0]?.value

it('issues for a token, renews with the certificate alone, and names the caller each time', async () => {
  const first = await ask({ token: await token() })
  expect(first.uri).toBe(formatSpiffeId(identity))
  const second = await ask({ current: first })
  expect([second.uri, second.privateKeyPem === first.privateKeyPem, second.rootsPem]).toEqual([formatSpiffeId(identity), false, rootsPem])
  expect(count('citadel_server_success_cert_issuance_count')).toBe(2)
})

it.each([
  ['shows nothing', {}],
  ['shows a bad token', { token: 'x.y.z' }],
])('tells a caller that %s nothing but that', async (_what, more) => {
  await expect(ask(more)).rejects.toThrow('request authenticate failure')
  expect([count('citadel_server_authentication_failure_count'), count('citadel_server_success_cert_issuance_count')]).toEqual([1, 0])
})

it('does not talk to a server whose certificate is of another mesh', async () => {
  const other = await newRoot(clock, { organization: 'other' })
  await expect(ask({ rootsPem: other.certificatePem, token: await token() })).rejects.toMatchObject({ code: 'MESH0606' })
  expect(count('citadel_server_csr_count')).toBe(0)
})
