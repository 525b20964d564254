/** Who gets in, and who does not. */
import { manualClock } from '@istio-ts/foundation'
import { importPKCS8, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { certificateAuthenticator, firstOf, LOCAL_TOKEN_ISSUER, tokenAuthenticator } from '../index.ts'
import { newPrivateKey, signToken } from '../node/index.ts'

const clock = manualClock(Date.UTC(2026, 0, 1))
const key = newPrivateKey()
const authenticate = tokenAuthenticator(clock, { publicKeyPem: key.publicKeyPem, issuer: LOCAL_TOKEN_ISSUER, trustDomain: 'cluster.local' })
const subject = { namespace: 'default', serviceAccount: 'cart', now: clock.now() }
const withToken = (bearer: string) => authenticate({ uris: [], bearer })

describe('a token', () => {
  it('proves a service account', async () => {
    expect(await withToken(await signToken(key, subject))).toEqual({ identity: { trustDomain: 'cluster.local', namespace: 'default', serviceAccount: 'cart' }, by: 'token' })
  })

  const hour = 3_600_000
  it.each([
    ['is made for somebody else', () => signToken(key, { ...subject, audience: 'vault' })],
    ['is made by somebody else', () => signToken(key, { ...subject, issuer: 'kubernetes/serviceaccount' })],
    ['is signed by another key', () => signToken(newPrivateKey(), subject)],
    ['is over', () => signToken(key, { ...subject, now: clock.now() - 2 * hour, ttlMs: hour })],
    ['has not begun', () => signToken(key, { ...subject, now: clock.now() + hour })],
    ['is not signed', async () => new UnsecuredJWT({}).setSubject('system:serviceaccount:default:cart').setAudience('istio-ca').setIssuer(LOCAL_TOKEN_ISSUER).setExpirationTime('1h').encode()],
    ['has no end', async () => new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).setSubject('system:serviceaccount:default:cart').setAudience('istio-ca').setIssuer(LOCAL_TOKEN_ISSUER).sign(await importPKCS8(key.privateKeyPem, 'ES256'))],
    ['uses the public key as a shared secret', async () => new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject('system:serviceaccount:default:cart').setAudience('istio-ca').setIssuer(LOCAL_TOKEN_ISSUER).setExpirationTime('1h').sign(new TextEncoder().encode(key.publicKeyPem))],
    ['names a user', async () => new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).setSubject('admin').setAudience('istio-ca').setIssuer(LOCAL_TOKEN_ISSUER).setExpirationTime(clock.now() / 1000 + 60).sign(await importPKCS8(key.privateKeyPem, 'ES256'))],
    ['names a path', () => signToken(key, { ...subject, namespace: '..' })],
    ['is garbage', async () => 'a.b.c'],
  ])('is refused when it %s', async (_what, make) => {
    expect(await withToken(await make())).toHaveProperty('refused')
  })
})

describe('a certificate', () => {
  const byCertificate = certificateAuthenticator(['cluster.local'])
  it('proves the workload it names', async () => {
    expect(await byCertificate({ uris: ['spiffe://cluster.local/ns/a/sa/b'] })).toEqual({ identity: { trustDomain: 'cluster.local', namespace: 'a', serviceAccount: 'b' }, by: 'certificate' })
  })
  it.each([
    [['spiffe://cluster.local/ns/a/sa/b', 'spiffe://cluster.local/ns/c/sa/d']],
    [['spiffe://other/ns/a/sa/b']],
    [['spiffe://cluster.local/ns/a/sa/b/../c']],
    [['https://cluster.local/ns/a/sa/b']],
    [['spiffe://cluster.local/ns/../sa/b']],
  ])('is refused with names %j', async (uris) => expect(await byCertificate({ uris })).toHaveProperty('refused'))
})

it('takes the first proof shown, and no second one after a broken first', async () => {
  const both = firstOf(certificateAuthenticator(['cluster.local']), authenticate)
  const bearer = await signToken(key, subject)
  expect(await both({ uris: [], bearer })).toMatchObject({ by: 'token' })
  expect(await both({ uris: ['spiffe://other/ns/a/sa/b'], bearer })).toHaveProperty('refused')
  expect(await both({ uris: [] })).toBeUndefined()
})
