/** The throw-away keys and certificates of one test cluster: made in memory at each run, valid for a day. */
import 'reflect-metadata'
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000

/** Certificate and private key as PEM. */
export interface PemPair {
  readonly certificate: string
  readonly key: string
}

/** What a cluster is started with; the files of the same names lie in its folder. */
export interface ClusterPki {
  readonly ca: string
  /** A member of `system:masters`: may do everything. */
  readonly admin: PemPair
}

interface Leaf {
  readonly subject: string
  readonly usage: string
  readonly names?: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[]
}

const LEAVES: Readonly<Record<'apiserver' | 'admin', Leaf>> = {
  apiserver: {
    subject: 'CN=kube-apiserver',
    usage: x509.ExtendedKeyUsage.serverAuth,
    names: [{ type: 'ip', value: '127.0.0.1' }, { type: 'dns', value: 'localhost' }, { type: 'dns', value: 'kubernetes.default.svc' }],
  },
  admin: { subject: 'O=system:masters, CN=admin', usage: x509.ExtendedKeyUsage.clientAuth },
}

/** Writes ca.crt, apiserver.{crt,key}, admin.{crt,key} and sa.{pub,key} (for tokens of service accounts) into a folder. */
export async function writePki(folder: string): Promise<ClusterPki> {
  x509.cryptoProvider.set(webcrypto)
  const root = await newRoot()
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 })
  const ca = root.certificate.toString('pem')
  const [apiserver, admin] = await Promise.all([issue(root, LEAVES.apiserver, '02'), issue(root, LEAVES.admin, '03')])
  const tokens = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'sec1', format: 'pem' } })
  write('ca.crt', ca)
  write('apiserver.crt', apiserver.certificate)
  write('apiserver.key', apiserver.key)
  write('admin.crt', admin.certificate)
  write('admin.key', admin.key)
  write('sa.pub', tokens.publicKey)
  write('sa.key', tokens.privateKey)
  return { ca, admin }
}

interface Root {
  readonly certificate: x509.X509Certificate
  readonly privateKey: webcrypto.CryptoKey
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])

/** A minute of grace for clocks of containers that differ. */
const validity = () => ({ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + DAY_MS) })

async function newRoot(): Promise<Root> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: '01',
    name: 'CN=test-cluster-ca',
    keys,
    signingAlgorithm: KEY,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true)],
  })
  return { certificate, privateKey: keys.privateKey }
}

async function issue(root: Root, { subject, usage, names = [] }: Leaf, serialNumber: string): Promise<PemPair> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(),
    serialNumber,
    subject,
    issuer: root.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: root.privateKey,
    signingAlgorithm: KEY,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension([...names])] : []),
    ],
  })
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY') }
}
