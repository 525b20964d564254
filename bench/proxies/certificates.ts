/** Certificates of a small mesh: P-256, SPIFFE names, one authority. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from './mesh-config.ts'
import type { Tools } from './tools.ts'

/** Files of one identity; `both` holds the key and the chain, as haproxy wants them. */
export interface Identity {
  readonly certificate: string
  readonly key: string
  readonly both: string
  readonly spiffe: string
}

/** Two identities and what both trust. */
export interface Certificates {
  readonly ca: string
  readonly server: Identity
  readonly client: Identity
}

/** Makes them in a folder. */
export function makeCertificates(tools: Tools, folder: string): Certificates {
  const path = (name: string): string => join(folder, name)
  const openssl = (...args: readonly string[]): void => void execFileSync(tools.openssl, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const key = (name: string): void => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', path(`${name}.key`))
  key('ca')
  openssl('req', '-x509', '-new', '-key', path('ca.key'), '-subj', '/O=cluster.local', '-days', '30', '-out', path('ca.pem'))
  const identity = (name: string): Identity => {
    const spiffe = `spiffe://cluster.local/ns/default/sa/${name}`
    key(name)
    openssl('req', '-new', '-key', path(`${name}.key`), '-subj', '/O=bench', '-out', path(`${name}.csr`))
    writeFileSync(path(`${name}.ext`), `subjectAltName=critical,URI:${spiffe},DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=critical,CA:FALSE\n`)
    openssl('x509', '-req', '-in', path(`${name}.csr`), '-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '30', '-extfile', path(`${name}.ext`), '-out', path(`${name}.pem`))
    writeFileSync(path(`${name}.both.pem`), readFileSync(path(`${name}.pem`), 'utf8') + readFileSync(path(`${name}.key`), 'utf8'))
    return { certificate: path(`${name}.pem`), key: path(`${name}.key`), both: path(`${name}.both.pem`), spiffe }
  }
  return { ca: path('ca.pem'), server: identity('server'), client: identity('client') }
}

const text = (file: string): Json => ({ inlineString: readFileSync(file, 'utf8') })

/** TLS of one side of a proxy; the peer must be `peer`. TLS 1.3 at both ends, as both run in a mesh of their own. */
export function tlsSocket(side: 'Downstream' | 'Upstream', certificates: Certificates, own: Identity, peer: Identity): Json {
  return {
    name: 'envoy.transport_sockets.tls',
    typedConfig: {
      '@type': `type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.${side}TlsContext`,
      ...(side === 'Downstream' ? { requireClientCertificate: true } : { sni: 'localhost' }),
      commonTlsContext: {
        alpnProtocols: ['http/1.1'],
        // Envoy offers TLS 1.2 at most to upstreams unless told.
        tlsParams: { tlsMinimumProtocolVersion: 'TLSv1_3', tlsMaximumProtocolVersion: 'TLSv1_3' },
        tlsCertificates: [{ certificateChain: text(own.certificate), privateKey: text(own.key) }],
        validationContext: { trustedCa: text(certificates.ca), matchTypedSubjectAltNames: [{ sanType: 'URI', matcher: { exact: peer.spiffe } }] },
      },
    },
  }
}
