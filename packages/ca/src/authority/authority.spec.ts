/** What gets into a certificate, and what never does. */
import { execFileSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '@istio-ts/foundation'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authority, createCsr, type Authority } from '../index.ts'
import { certificateFacts, newPrivateKey, newRoot, nodeCrypto, signingIdentity, type PrivateKey } from '../node/index.ts'

const hour = 3_600_000
const caller = { trustDomain: 'cluster.local', namespace: 'default', serviceAccount: 'cart' }
const clock = manualClock(Date.UTC(2026, 0, 1))
let root: Awaited<ReturnType<typeof newRoot>>
let ca: Authority
let folder: string

beforeEach(async () => {
  root = await newRoot(clock, { organization: 'cluster.local' })
  ca = authority({ signer: signingIdentity('ca-key.pem', root.key.privateKeyPem, 'ca-cert.pem', root.certificatePem), crypto: nodeCrypto, clock })
  folder = mkdtempSync(join(tmpdir(), 'istio-ts-ca-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const csrFor = (key: PrivateKey, uri: string): string => createCsr({ publicKey: key.publicKey, uri, sign: key.sign })
const openssl = (...args: readonly string[]): string => execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('a workload certificate', () => {
  it('names the caller, whoever the request names', async () => {
    const issued = await ca.signCsr(csrFor(newPrivateKey(), 'spiffe://cluster.local/ns/kube-system/sa/admin'), caller, 0)
    expect(new X509Certificate(issued.chainPem).subjectAltName).toBe('URI:spiffe://cluster.local/ns/default/sa/cart')
  })

  it('is accepted by OpenSSL for both sides of TLS and shows exactly the extensions of an X.509-SVID', async () => {
    const issued = await ca.signCsr(csrFor(newPrivateKey(), 'spiffe://x'), caller, 0)
    writeFileSync(join(folder, 'leaf.pem'), issued.chainPem)
    writeFileSync(join(folder, 'root.pem'), issued.rootsPem)
    const at = String(Math.floor(clock.now() / 1000))
    for (const purpose of ['sslserver', 'sslclient']) expect(openssl('verify', '-x509_strict', '-attime', at, '-purpose', purpose, '-CAfile', 'root.pem', 'leaf.pem')).toContain('leaf.pem: OK')
    const text = openssl('x509', '-in', 'leaf.pem', '-noout', '-text')
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/)
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/)
    expect(text).toMatch(/X509v3 Subject Alternative Name: critical\s+URI:spiffe:\/\/cluster.local\/ns\/default\/sa\/cart\n/)
    expect(text).toMatch(/TLS Web Server Authentication, TLS Web Client Authentication/)
  })

  it.each([
    ['the default when nothing is asked', 0, 24 * hour],
    ['what is asked', 3600, hour],
    ['at most the maximum', 100 * 365 * 24 * 3600, 90 * 24 * hour],
  ])('lives for %s', async (_what, seconds, ttl) => {
    const issued = await ca.signCsr(csrFor(newPrivateKey(), 'spiffe://x'), caller, seconds)
    expect(issued.notAfter - clock.now()).toBe(ttl)
    expect(certificateFacts(issued.chainPem)).toMatchObject({ notAfter: issued.notAfter, notBefore: clock.now() - 120_000, serial: issued.serial.replace(/^(?:00)+/, '') })
  })

  it.each([-1, Number.NaN, Infinity])('is not issued for a lifetime of %s', async (seconds) => {
    await expect(ca.signCsr(csrFor(newPrivateKey(), 'spiffe://x'), caller, seconds)).rejects.toMatchObject({ code: 'MESH0602' })
  })

  it('never outlives its issuer, and is not issued by an expired one', async () => {
    const short = await newRoot(clock, { organization: 'o', ttlMs: hour })
    const weak = authority({ signer: signingIdentity('k', short.key.privateKeyPem, 'c', short.certificatePem), crypto: nodeCrypto, clock })
    expect((await weak.signCsr(csrFor(newPrivateKey(), 'spiffe://x'), caller, 0)).notAfter - clock.now()).toBe(hour)
    const later = manualClock(clock.now() + 2 * hour)
    const dead = authority({ signer: signingIdentity('k', short.key.privateKeyPem, 'c', short.certificatePem), crypto: nodeCrypto, clock: later })
    await expect(dead.signCsr(csrFor(newPrivateKey(), 'spiffe://x'), caller, 0)).rejects.toMatchObject({ code: 'MESH0604' })
  })

  it.each([
    ['a signature by another key', (key: PrivateKey) => createCsr({ publicKey: key.publicKey, uri: 'spiffe://x', sign: newPrivateKey().sign })],
    ['two requests', (key: PrivateKey) => csrFor(key, 'spiffe://x').repeat(2)],
    ['text after the request', (key: PrivateKey) => `${csrFor(key, 'spiffe://x')}more`],
    ['nothing', () => ''],
    ['a certificate', () => root.certificatePem],
    ['a megabyte', () => 'A'.repeat(1_000_000)],
  ])('is not issued for %s', async (_what, make) => {
    await expect(ca.signCsr(make(newPrivateKey()), caller, 0)).rejects.toMatchObject({ code: 'MESH0601' })
  })

  it('is issued for the key kinds of Istio agents, RSA with key encipherment, and not for short RSA keys', async () => {
    for (const [options, usage] of [[['-newkey', 'rsa:2048'], 'Digital Signature, Key Encipherment'], [['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'], 'Digital Signature']] as const) {
      openssl('req', '-new', ...options, '-nodes', '-keyout', 'k.pem', '-subj', '/O=x', '-out', 'r.pem')
      const issued = await ca.signCsr(openssl('req', '-in', 'r.pem'), caller, 0)
      writeFileSync(join(folder, 'leaf.pem'), issued.chainPem)
      expect(openssl('x509', '-in', 'leaf.pem', '-noout', '-ext', 'keyUsage')).toContain(usage)
    }
    openssl('req', '-new', '-newkey', 'rsa:1024', '-nodes', '-keyout', 'k.pem', '-subj', '/O=x', '-out', 'r.pem')
    await expect(ca.signCsr(openssl('req', '-in', 'r.pem'), caller, 0)).rejects.toThrow('1024 bits')
  })

  it.each([
    { ...caller, namespace: '..' }, { ...caller, serviceAccount: 'a/b' }, { ...caller, serviceAccount: '' }, { ...caller, trustDomain: 'a b' }, { ...caller, namespace: 'a\u0000' },
  ])('is not issued for an identity that reads two ways: %o', async (odd) => {
    await expect(ca.signCsr(csrFor(newPrivateKey(), 'spiffe://x'), odd, 0)).rejects.toMatchObject({ code: 'MESH0603' })
  })
})

it('issues a serving certificate for DNS names and addresses', async () => {
  const key = newPrivateKey()
  const issued = await ca.issueServing(key.publicKey, [{ dns: 'istiod.istio-system.svc' }, { ip: [127, 0, 0, 1] }])
  const certificate = new X509Certificate(issued.chainPem)
  expect([certificate.checkHost('istiod.istio-system.svc'), certificate.checkIP('127.0.0.1'), certificate.checkPrivateKey(createPrivateKey(key.privateKeyPem))]).toEqual(['istiod.istio-system.svc', '127.0.0.1', true])
})
