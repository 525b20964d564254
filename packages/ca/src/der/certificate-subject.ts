/** The subject of a certificate as encoded, byte for byte: an issuer's name in what it signs must match it exactly. */
import { DerReader, Tag } from './der-reader.ts'

/** @throws MeshError MESH0601 for bytes that are no certificate. */
export function subjectOf(certificate: Uint8Array): Uint8Array {
  const body = new DerReader(certificate).enter('the certificate', Tag.sequence).enter('the certificate body', Tag.sequence)
  if (body.peek === 0xa0) body.next('the version')
  body.next('the serial number', Tag.integer)
  body.next('the algorithm', Tag.sequence)
  body.next('the issuer', Tag.sequence)
  body.next('the validity', Tag.sequence)
  return body.next('the subject', Tag.sequence).raw
}
