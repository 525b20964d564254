/** How TLS contexts name their certificates and roots: the agent's SDS, istiod's SDS, or files through the agent. */
import { ADS_WITH_TIMEOUT, AGENT_SDS, AGENT_SDS_WITH_TIMEOUT } from '../wire/config-source.ts'
import type { Message } from '../wire/message.ts'

/** The workload certificate, made by the agent. */
export const WORKLOAD_CERTIFICATE: Message = { name: 'default', sdsConfig: AGENT_SDS }
/** The mesh's root certificates. */
export const MESH_ROOTS: Message = { name: 'ROOTCA', sdsConfig: AGENT_SDS }

/** A certificate from files: `file-cert:<certificate>~<key>`. */
export const fileCertificate = (certificate: string, key: string): Message => ({ name: `file-cert:${certificate}~${key}`, sdsConfig: AGENT_SDS_WITH_TIMEOUT })
/** Roots from a file, or `system` for those of the operating system. */
export const fileRoots = (path: string): Message => ({ name: `file-root:${path}`, sdsConfig: AGENT_SDS_WITH_TIMEOUT })

/**
 * A credential that istiod serves from a Secret: `kubernetes://name`, or with its own scheme as written (`kubernetes-gateway://`,
 * `configmap://`, `sds://`, `builtin://`); `-cacert` names the roots of the same Secret.
 */
export function credential(name: string, part: 'certificate' | 'ca' = 'certificate'): Message {
  const full = /^[a-z-]+:\/\//.test(name) ? name : `kubernetes://${name}`
  return { name: part === 'ca' && !full.endsWith('-cacert') ? `${full}-cacert` : full, sdsConfig: ADS_WITH_TIMEOUT }
}

/** Roots and the names that a peer's certificate must have. `defaultValidationContext` is there even when empty, as Envoy needs it. */
export const validation = (roots: Message, context: Message): Message => ({
  combinedValidationContext: { defaultValidationContext: context, validationContextSdsSecretConfig: roots },
})

/** `matchSubjectAltNames` of exact names; absent for an empty list. */
export const exactNames = (names: readonly string[]): Message => (names.length === 0 ? {} : { matchSubjectAltNames: names.map((exact) => ({ exact })) })
