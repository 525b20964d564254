/** The shape of an AuthorizationPolicy. */
import type { PolicyAttachment } from '../../policy/attachment.ts'

/** What happens to a request that matches. */
export type AuthorizationAction = 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM'

/** Who sends. All fields that are set must match; a list matches if one of its values does. Values may begin or end with `*`. */
export interface AuthorizationSource {
  /** Peer identities, `<trust domain>/ns/<namespace>/sa/<service account>`. */
  readonly principals?: readonly string[]
  /** Peer identities that do not match. */
  readonly notPrincipals?: readonly string[]
  /** Identities of the request's token, `<issuer>/<subject>`. */
  readonly requestPrincipals?: readonly string[]
  /** Identities of tokens that do not match. */
  readonly notRequestPrincipals?: readonly string[]
  /** Namespaces of the peer. */
  readonly namespaces?: readonly string[]
  /** Namespaces of the peer that do not match. */
  readonly notNamespaces?: readonly string[]
  /** Peer service accounts, `<namespace>/<name>` or `<name>` of the policy's namespace; not with principals or namespaces. */
  readonly serviceAccounts?: readonly string[]
  /** Peer service accounts that do not match. */
  readonly notServiceAccounts?: readonly string[]
  /** Trust domains of the peer. */
  readonly trustDomains?: readonly string[]
  /** Trust domains of the peer that do not match. */
  readonly notTrustDomains?: readonly string[]
  /** Addresses or ranges of the peer of the connection. */
  readonly ipBlocks?: readonly string[]
  /** Addresses or ranges of the peer that do not match. */
  readonly notIpBlocks?: readonly string[]
  /** Addresses or ranges of the client, from X-Forwarded-For or the PROXY protocol. */
  readonly remoteIpBlocks?: readonly string[]
  /** Addresses or ranges of the client that do not match. */
  readonly notRemoteIpBlocks?: readonly string[]
}

/** What is asked. Only `ports` works for TCP. */
export interface AuthorizationOperation {
  /** Hosts of the request, without regard to case. */
  readonly hosts?: readonly string[]
  /** Hosts that do not match. */
  readonly notHosts?: readonly string[]
  /** Ports of the workload. */
  readonly ports?: readonly string[]
  /** Ports that do not match. */
  readonly notPorts?: readonly string[]
  /** HTTP methods; for gRPC always `POST`. */
  readonly methods?: readonly string[]
  /** HTTP methods that do not match. */
  readonly notMethods?: readonly string[]
  /** Exact, `prefix*`, `*suffix`, or a template with `{*}` and `{**}`. */
  readonly paths?: readonly string[]
  /** Paths that do not match. */
  readonly notPaths?: readonly string[]
}

/** A further condition on an attribute such as `request.headers[x-team]`. */
export interface AuthorizationCondition {
  /** Name of the attribute. */
  readonly key: string
  /** Values that match; this or `notValues` is needed. */
  readonly values?: readonly string[]
  /** Values that do not match. */
  readonly notValues?: readonly string[]
}

/** Matches if one of `from`, one of `to` and all of `when` match; an empty rule matches everything. */
export interface AuthorizationRule {
  /** Who sends; one of these. */
  readonly from?: readonly { readonly source?: AuthorizationSource }[]
  /** What is asked; one of these. */
  readonly to?: readonly { readonly operation?: AuthorizationOperation }[]
  /** Further conditions; all of these. */
  readonly when?: readonly AuthorizationCondition[]
}

/** An extension provider that decides. */
export interface AuthorizationProvider {
  /** Its name in MeshConfig. */
  readonly name?: string
}

/** Spec of an AuthorizationPolicy. */
export interface AuthorizationPolicySpec extends PolicyAttachment {
  /** Default `ALLOW`. */
  readonly action?: AuthorizationAction
  /** Absent = nothing matches: an ALLOW policy without rules denies everything. */
  readonly rules?: readonly AuthorizationRule[]
  /** Who decides, for CUSTOM: the name of an extension provider. */
  readonly provider?: AuthorizationProvider
}
