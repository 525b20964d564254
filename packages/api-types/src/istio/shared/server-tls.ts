/** TLS of a server: of a Gateway, or of a Sidecar's ingress listener. */
import { atMostOne, bool, enumeration, list, message, nullable, rule, text, has, type Field } from './schema/index.ts'

/** TLS versions as Istio names them. */
export type TlsProtocol = 'TLS_AUTO' | 'TLSV1_0' | 'TLSV1_1' | 'TLSV1_2' | 'TLSV1_3'

/** How a server takes TLS connections. */
export type ServerTlsMode = 'PASSTHROUGH' | 'SIMPLE' | 'MUTUAL' | 'AUTO_PASSTHROUGH' | 'ISTIO_MUTUAL' | 'OPTIONAL_MUTUAL'

/** TLS settings of a server. */
export interface ServerTlsSettings {
  /** Answer plain HTTP with a redirect to HTTPS. */
  readonly httpsRedirect?: boolean
  /** Default PASSTHROUGH: choose the destination by SNI and leave TLS to it. */
  readonly mode?: ServerTlsMode
  /** File of the certificate. */
  readonly serverCertificate?: string
  /** File of the private key. */
  readonly privateKey?: string
  /** File of the authorities for client certificates. */
  readonly caCertificates?: string
  /** File of the revocation list. */
  readonly caCrl?: string
  /** Secret with key and certificates (`tls.key`, `tls.crt`, `ca.crt`). */
  readonly credentialName?: string
  /** One secret per key type (RSA, ECDSA), at most two. */
  readonly credentialNames?: readonly string[]
  /** Secret or ConfigMap with the authorities for client certificates. */
  readonly caCertCredentialName?: string
  /** Files per key type, at most two. */
  readonly tlsCertificates?: readonly TlsCertificate[]
  /** Names a client certificate must have; any of these. */
  readonly subjectAltNames?: readonly string[]
  /** SHA-256 of the public key of accepted client certificates, base64. */
  readonly verifyCertificateSpki?: readonly string[]
  /** SHA-256 of accepted client certificates, hexadecimal. */
  readonly verifyCertificateHash?: readonly string[]
  readonly minProtocolVersion?: TlsProtocol
  readonly maxProtocolVersion?: TlsProtocol
  /** Names of OpenSSL; unknown ones are left out. */
  readonly cipherSuites?: readonly string[]
  /** Curves of the key exchange. */
  readonly ecdhCurves?: readonly string[]
  /** Accept clients whose certificate does not verify. */
  readonly insecureSkipVerify?: boolean
}

/** Files of one certificate. */
export interface TlsCertificate {
  /** File of the certificate chain. */
  readonly serverCertificate?: string
  /** File of the private key. */
  readonly privateKey?: string
  /** File of the authorities that clients are verified with. */
  readonly caCertificates?: string
}

const PROTOCOLS = ['TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'] as const

/** Schema of {@link ServerTlsSettings}. */
export const serverTls = (): Field<ServerTlsSettings> =>
  message<ServerTlsSettings>(
    {
      caCertCredentialName: text(),
      caCertificates: text(),
      caCrl: text(),
      cipherSuites: list(text()),
      credentialName: text(),
      credentialNames: list(text(), { minItems: 1, maxItems: 2 }),
      ecdhCurves: list(text()),
      httpsRedirect: bool(),
      insecureSkipVerify: nullable(bool()),
      maxProtocolVersion: enumeration(PROTOCOLS),
      minProtocolVersion: enumeration(PROTOCOLS),
      mode: enumeration(['PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL']),
      privateKey: text(),
      serverCertificate: text(),
      subjectAltNames: list(text()),
      tlsCertificates: list(message<TlsCertificate>({ caCertificates: text(), privateKey: text(), serverCertificate: text() }), { minItems: 1, maxItems: 2 }),
      verifyCertificateHash: list(text()),
      verifyCertificateSpki: list(text()),
    },
    {
      rules: [
        atMostOne('only one of credentialNames or tlsCertificates can be set', ['tlsCertificates', 'credentialNames']),
        atMostOne('only one of credentialName or credentialNames can be set', ['credentialName', 'credentialNames']),
        // The message names another field than the rule does; so it stands in Istio's CRD.
        rule(
          'only one of credentialName or tlsCertificates can be set',
          '(has(self.credentialNames) ? 1 : 0) + (has(self.tlsCertificates) ? 1 : 0) <= 1',
          (self) => !(has(self.credentialNames) && has(self.tlsCertificates)),
        ),
      ],
    },
  )
