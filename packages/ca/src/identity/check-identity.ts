/** What may stand in a certificate as an identity. */
import type { SpiffeId } from '@istio-ts/foundation'
import { formatSpiffeId } from '@istio-ts/foundation'
import { unauthenticated } from '../errors.ts'

/** Kubernetes names: lower case, digits, `-`, and `.` in service accounts. */
const name = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/
const trustDomain = /^[a-z0-9._-]{1,255}$/

/**
 * Refuses identities that a verifier could read in two ways (SPIFFE-ID 2.1-2.3): odd characters, empty or dotted path parts, more
 * than 2048 bytes. @throws MeshError MESH0603
 */
export function checkIdentity(id: SpiffeId): SpiffeId {
  if (!trustDomain.test(id.trustDomain)) throw unauthenticated('its trust domain has characters that no SPIFFE id may have')
  if (!name.test(id.namespace) || !name.test(id.serviceAccount)) throw unauthenticated('its namespace or service account is not a Kubernetes name')
  if (formatSpiffeId(id).length > 2048) throw unauthenticated('its SPIFFE id is too long')
  return id
}
