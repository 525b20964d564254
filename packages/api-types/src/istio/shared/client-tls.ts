/** TLS towards an upstream. */
import { bool, enumeration, list, message, nullable, text, type Field } from './schema/index.ts'

/** TLS settings of a client. */
export interface ClientTlsSettings {
  /** Default DISABLE; ISTIO_MUTUAL uses the certificates of the mesh. */
  readonly mode?: 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL'
  /** File of the client certificate. */
  readonly clientCertificate?: string
  /** File of its private key. */
  readonly privateKey?: string
  /** File of the authorities for server certificates. */
  readonly caCertificates?: string
  /** Secret with key and certificates. */
  readonly credentialName?: string
  /** Names a server certificate must have; any of these. */
  readonly subjectAltNames?: readonly string[]
  /** Server name to ask for. */
  readonly sni?: string
  /** Accept servers whose certificate does not verify. */
  readonly insecureSkipVerify?: boolean
  /** File of the revocation list. */
  readonly caCrl?: string
}

/** Schema of {@link ClientTlsSettings}. */
export const clientTls = (): Field<ClientTlsSettings> =>
  message<ClientTlsSettings>({
    caCertificates: text(),
    caCrl: text(),
    clientCertificate: text(),
    credentialName: text(),
    insecureSkipVerify: nullable(bool()),
    mode: enumeration(['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']),
    privateKey: text(),
    sni: text(),
    subjectAltNames: list(text()),
  })
