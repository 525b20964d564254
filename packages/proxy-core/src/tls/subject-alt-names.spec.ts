/** Names of a certificate, read from its own bytes: forged ones cannot pass for others. */
import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, type Authority } from '../io/testdata/authority.ts'
import { subjectAltNames } from './subject-alt-names.ts'

describe('subjectAltNames', () => {
  let authority: Authority
  const der = async (names: Parameters<Authority['issue']>[0]): Promise<Uint8Array> => new X509Certificate((await authority.issue(names)).certificateChainPem).raw
  beforeAll(async () => {
    authority = await makeAuthority()
  })

  it('reads URIs and DNS names in order, and their absence', async () => {
    expect(subjectAltNames(await der({ uris: ['spiffe://td/ns/a/sa/b', 'spiffe://td/x'], dns: ['a.b', '*.c'] }))).toEqual({ uris: ['spiffe://td/ns/a/sa/b', 'spiffe://td/x'], dnsNames: ['a.b', '*.c'], ipAddresses: [] })
    expect(subjectAltNames(await der({ subject: 'CN=spiffe://td/ns/a/sa/b' }))).toEqual({ uris: [], dnsNames: [], ipAddresses: [] })
  })

  it('does not take a DNS name that spells a SPIFFE id for one', async () => {
    expect(subjectAltNames(await der({ dns: ['spiffe://td/ns/a/sa/b'] }))?.uris).toEqual([])
  })

  it.each([0, 10, 0x20, 0x7f, 0xe9])('refuses a name with byte %i (a truncating reader would see another name)', async byte => {
    const bytes = Buffer.from(await der({ uris: ['spiffe://td/ns/a/sa/b@.evil'] }))
    const at = bytes.indexOf('@.evil')
    expect(subjectAltNames(bytes)?.uris).toEqual(['spiffe://td/ns/a/sa/b@.evil'])
    bytes[at] = byte
    expect(subjectAltNames(bytes)).toBeUndefined()
  })

  it('never throws on mutated or cut bytes', async () => {
    const good = await der({ uris: ['spiffe://td/ns/a/sa/b'] })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }), fc.nat(), (changes, cut) => {
        const bytes = Uint8Array.from(good)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const result = subjectAltNames(bytes.subarray(0, cut % (bytes.length + 1)))
        for (const uri of result?.uris ?? []) expect(uri).toMatch(/^[\x21-\x7e]*$/)
      }),
      { numRuns: 2000 },
    )
  })
})
