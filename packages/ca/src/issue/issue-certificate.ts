/** Builds X.509 certificates (RFC 5280) in the forms a mesh needs: workload (SPIFFE X.509-SVID), serving, and root. */
import { ascii, bitString, boolean, element, implicit, integer, objectId, octetString, sequence, set, smallInteger, tagged, time, utf8String, type Der } from '../der/der-writer.ts'
import { Oid } from '../der/object-ids.ts'

/** Who vouches. */
export interface Issuer {
  /** Encoded Name. */
  readonly name: Der
  readonly keyId: Uint8Array
  /** Signature algorithm identifier as DER. */
  readonly algorithm: Der
  /** Signs the TBS part. */
  readonly sign: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>
}

/** Names in a certificate. */
export type AltName = { readonly uri: string } | { readonly dns: string } | { readonly ip: readonly number[] }

/** What a certificate says. */
export interface CertificateContent {
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Uint8Array
  readonly keyId: Uint8Array
  /** Encoded Name; empty for workloads, whose only name is the URI. */
  readonly subject: Der
  readonly names: readonly AltName[]
  /** 16 random bytes. */
  readonly serial: Uint8Array
  /** Epoch milliseconds. */
  readonly notBefore: number
  readonly notAfter: number
  readonly isCa: boolean
  /** RSA keys also get keyEncipherment, which TLS 1.2 key exchange needs. */
  readonly keyEncipherment?: boolean
}

/** A Name with one organization, Istio's form (`O=cluster.local`). */
export const organizationName = (organization: string): Der => sequence(set(sequence(objectId(Oid.organization), utf8String(organization))))

/** The Name without parts. */
export const emptyName = (): Der => sequence()

/** `ecdsa-with-SHA256`. */
export const ecdsaSha256 = (): Der => sequence(objectId(Oid.ecdsaWithSha256))

const extension = (id: string, critical: boolean, value: Der): Der => sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(value))

const altName = (name: AltName): Der => {
  if ('uri' in name) return implicit(6, ascii(name.uri))
  return 'dns' in name ? implicit(2, ascii(name.dns)) : implicit(7, Uint8Array.from(name.ip))
}

/** KeyUsage bits from the left (RFC 5280 4.2.1.3): digitalSignature 0, keyEncipherment 2, keyCertSign 5, cRLSign 6. */
function keyUsage(content: CertificateContent): Der {
  const value = content.isCa ? 0b0000_0110 : content.keyEncipherment === true ? 0b1010_0000 : 0b1000_0000
  const unused = content.isCa ? 1 : content.keyEncipherment === true ? 5 : 7
  return bitString(Uint8Array.of(value), unused)
}

/** Extensions in a fixed order; each is there for a reason a verifier checks (SPIFFE X.509-SVID 4, RFC 5280 4.2). */
function extensions(content: CertificateContent, issuer: Issuer): Der {
  return tagged(3, sequence(
    extension(Oid.keyUsage, true, keyUsage(content)),
    ...(content.isCa ? [] : [extension(Oid.extKeyUsage, false, sequence(objectId(Oid.serverAuth), objectId(Oid.clientAuth)))]),
    extension(Oid.basicConstraints, true, content.isCa ? sequence(boolean(true)) : sequence()),
    extension(Oid.subjectKeyId, false, octetString(content.keyId)),
    ...(content.isCa ? [] : [extension(Oid.authorityKeyId, false, sequence(implicit(0, issuer.keyId)))]),
    // With an empty subject the names are all there is, so a verifier must understand them.
    ...(content.names.length === 0 ? [] : [extension(Oid.subjectAltName, content.subject.length === 2, sequence(...content.names.map(altName)))]),
  ))
}

/** Builds and signs; returns DER. */
export async function issueCertificate(content: CertificateContent, issuer: Issuer): Promise<Uint8Array> {
  const body = sequence(
    tagged(0, smallInteger(2)),
    integer(content.serial),
    issuer.algorithm,
    issuer.name,
    sequence(time(content.notBefore), time(content.notAfter)),
    content.subject,
    content.publicKey,
    extensions(content, issuer),
  )
  return element(0x30, body, issuer.algorithm, bitString(await issuer.sign(body)))
}
