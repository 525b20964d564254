/** Our reader of certificate requests against @peculiar/x509 as oracle, and against damage. */
import 'reflect-metadata'
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCsr, parseCsr, parseCsrDer } from '../index.ts'
import { newPrivateKey, nodeCrypto } from '../node/index.ts'
import { fromBase64, onlyBlock } from '../der/pem.ts'

const key = newPrivateKey()
const pem = createCsr({ publicKey: key.publicKey, uri: 'spiffe://cluster.local/ns/default/sa/cart', sign: key.sign })
const der = onlyBlock(pem, ['CERTIFICATE REQUEST'])
const accepts = (bytes: Uint8Array): boolean => {
  try {
    return nodeCrypto.verify(parseCsrDer(bytes))
  } catch (error) {
    expect(error).toMatchObject({ code: 'MESH0601' })
    return false
  }
}

it('writes what the oracle reads, and reads what it wrote', async () => {
  const oracle = new Pkcs10CertificateRequest(pem)
  expect(await oracle.verify()).toBe(true)
  expect(oracle.extensions.flatMap((extension) => (extension instanceof SubjectAlternativeNameExtension ? extension.names.items : [])).map(({ type, value }) => `${type}:${value}`)).toEqual(['url:spiffe://cluster.local/ns/default/sa/cart'])
  expect(parseCsr(pem)).toMatchObject({ keyKind: 'ec-p256', digest: 'sha256', askedUris: ['spiffe://cluster.local/ns/default/sa/cart'] })
  expect(Buffer.from(parseCsr(pem).publicKey)).toEqual(Buffer.from(key.publicKey))
})

describe('damage', () => {
  it('never accepts a request with any bit changed', () => {
    fc.assert(fc.property(fc.nat(der.length * 8 - 1), (bit) => {
      const damaged = Uint8Array.from(der)
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(accepts(damaged)).toBe(false)
    }), { numRuns: 1500 })
  })

  it('never accepts more than the oracle, whatever is cut, doubled or inserted', () => {
    const edit = fc.tuple(fc.nat(der.length), fc.nat(6), fc.uint8Array({ maxLength: 6 }))
    fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let bytes = [...der]
      for (const [at, drop, insert] of edits) bytes = [...bytes.slice(0, at), ...insert, ...bytes.slice(at + drop)]
      const mutant = Uint8Array.from(bytes)
      if (!accepts(mutant)) return
      expect(() => new Pkcs10CertificateRequest(mutant)).not.toThrow()
    }), { numRuns: 1500 })
  })

  it.each([
    ['an indefinite length', Uint8Array.of(0x30, 0x80, 0, 0)],
    ['a length that is longer than needed', Uint8Array.of(0x30, 0x81, der.length, ...der)],
    ['a stray byte at the end', Uint8Array.of(...der, 0)],
    ['nothing', new Uint8Array(0)],
  ])('refuses %s', (_what, bytes) => expect(accepts(bytes)).toBe(false))

  it('reads base64 only', () => expect(() => fromBase64('%%%')).toThrow('base64'))
})
