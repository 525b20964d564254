/** What gRPC knows of the other side of a call. */
import type { Metadata, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js'
import type { StreamPeer } from '../stream/stream-transport.ts'

type AnyCall = Pick<ServerDuplexStream<unknown, unknown> | ServerUnaryCall<unknown, unknown>, 'getPeer' | 'getAuthContext'> & { readonly metadata: Metadata }

/** The peer of a call. A certificate counts only if it was verified: grpc-js reports none otherwise. */
export function peerOf(call: AnyCall, security: 'tls' | 'plaintext'): StreamPeer {
  const certificate = security === 'tls' ? call.getAuthContext()?.sslPeerCertificate : undefined
  const bearer = bearerOf(call.metadata)
  return {
    address: call.getPeer(),
    security: certificate ? 'mtls' : security,
    uris: certificate ? uriNames(certificate.subjectaltname ?? '') : [],
    ...(bearer === undefined ? {} : { bearer }),
  }
}

function bearerOf(metadata: Metadata): string | undefined {
  const [value, ...more] = metadata.get('authorization')
  // Two credentials are no credential: which one counts would be a guess.
  if (typeof value !== 'string' || more.length > 0 || !value.startsWith('Bearer ')) return undefined
  return value.slice('Bearer '.length).trim()
}

/**
 * URI names out of Node's text form of subject alternative names. Node quotes names with special characters (CVE-2021-44532), so a
 * quoted or odd one is no plain SPIFFE id and is left out.
 */
export const uriNames = (subjectAltName: string): readonly string[] =>
  subjectAltName.split(', ').flatMap((entry) => (/^URI:[A-Za-z0-9:/._-]+$/.test(entry) ? [entry.slice('URI:'.length)] : []))
