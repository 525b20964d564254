/** A certificate authority for specs: made in memory at each run, so that no private key lies in the tree. */
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Certificate and key as PEM. */
export interface Credentials {
  readonly certificateChainPem: string
  readonly privateKeyPem: string
}

/** An authority and what it issues. */
export interface Authority {
  readonly rootPem: string
  issue(names: { readonly uris?: readonly string[]; readonly dns?: readonly string[]; readonly subject?: string; readonly expired?: boolean }): Promise<Credentials>
}

const pem = (label: string, der: ArrayBuffer): string => `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`

/** Makes a root that is valid for a day. */
export async function makeAuthority(name = 'CN=root'): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto)
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])
  const notBefore = new Date(Date.now() - 60_000)
  const notAfter = new Date(Date.now() + 86_400_000)
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name,
    notBefore,
    notAfter,
    keys,
    signingAlgorithm: KEY,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
  })
  let serial = 2
  return {
    rootPem: root.toString('pem'),
    async issue({ uris = [], dns = [], subject = 'O=leaf', expired = false }) {
      const leafKeys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])
      const names = [...uris.map(value => ({ type: 'url' as const, value })), ...dns.map(value => ({ type: 'dns' as const, value }))]
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: (serial++).toString(16).padStart(2, '0'),
        subject,
        issuer: root.subject,
        notBefore: expired ? new Date(Date.now() - 7_200_000) : notBefore,
        notAfter: expired ? new Date(Date.now() - 3_600_000) : notAfter,
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: KEY,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
        ],
      })
      return { certificateChainPem: leaf.toString('pem'), privateKeyPem: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey)) }
    },
  }
}
