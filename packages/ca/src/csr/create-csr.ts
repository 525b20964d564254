/** Makes a PKCS#10 certificate request. The name in it is a courtesy to other CAs; ours ignores it. */
import { ascii, bitString, boolean, concat, element, implicit, objectId, octetString, sequence, set, smallInteger, tagged, utf8String } from '../der/der-writer.ts'
import { Oid } from '../der/object-ids.ts'
import { toPem } from '../der/pem.ts'

/** What goes into a request. */
export interface CsrOptions {
  /** SubjectPublicKeyInfo as DER; an EC P-256 key. */
  readonly publicKey: Uint8Array
  /** SPIFFE id to name. */
  readonly uri: string
  /** Organization of the subject; Istio's agent leaves it empty. */
  readonly organization?: string
  /** Signs with ECDSA and SHA-256; the signature in DER form. */
  readonly sign: (bytes: Uint8Array) => Uint8Array
}

/** A request in PEM form. */
export function createCsr({ publicKey, uri, organization, sign }: CsrOptions): string {
  const names = sequence(implicit(6, ascii(uri)))
  const extensions = sequence(sequence(objectId(Oid.subjectAltName), boolean(true), octetString(names)))
  const subject = organization === undefined ? sequence() : sequence(set(sequence(objectId(Oid.organization), utf8String(organization))))
  const attribute = sequence(objectId(Oid.extensionRequest), set(extensions))
  const info = sequence(smallInteger(0), subject, publicKey, tagged(0, attribute))
  return toPem('CERTIFICATE REQUEST', element(0x30, concat([info, sequence(objectId(Oid.ecdsaWithSha256)), bitString(sign(info))])))
}
