import { expect, it } from 'vitest'
import { countCertificates, mergeRoots, parseFileSecret, renewalDelayMs, toPem, workloadSecrets } from '../index.ts'

it('renews half-way, a little apart from others', () => {
  const times = { notBefore: 0, notAfter: 1000 }
  expect([0, 0.5, 1].map((random) => renewalDelayMs(times, 100, random))).toEqual([390, 400, 410])
  expect(renewalDelayMs(times, 900, 0.5)).toBe(0)
})

it('counts the life of a certificate from when it was issued, though it begins in the past', () => {
  const times = { notBefore: -120_000, issuedAt: 0, notAfter: 4000 }
  expect(renewalDelayMs(times, 0, 0.5)).toBe(2000)
  expect(renewalDelayMs({ ...times, issuedAt: -500_000 }, -120_000, 0.5)).toBe(62_000)
})

it('names the secrets as Istio does', () => {
  expect(workloadSecrets({ chainPem: 'c', privateKeyPem: 'k', rootsPem: 'r' }).map(({ name }) => name)).toEqual(['default', 'ROOTCA'])
})

it('reads the names of secrets in files', () => {
  expect(parseFileSecret('file-cert:/c/cert.pem~/c/key.pem')).toEqual({ kind: 'certificate', certificate: '/c/cert.pem', key: '/c/key.pem' })
  expect(parseFileSecret('file-root:/c/root.pem')).toEqual({ kind: 'roots', path: '/c/root.pem' })
  expect(parseFileSecret('file-root:system')).toEqual({ kind: 'system-roots' })
  for (const name of ['default', 'ROOTCA', 'kubernetes://x', 'file-cert:/c/cert.pem', 'file-cert:~', 'file-cert:a~b~c', 'file-root:']) expect(parseFileSecret(name), name).toBeUndefined()
})

it('joins trust anchors without repeats', () => {
  const [a, b] = [toPem('CERTIFICATE', Uint8Array.of(1)), toPem('CERTIFICATE', Uint8Array.of(2))]
  expect([mergeRoots(a, b + a), countCertificates(a + b)]).toEqual([a + b, 2])
})
