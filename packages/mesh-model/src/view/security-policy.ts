/** Who may call: peer authentication, end-user tokens and ordered authorization rules of one workload. */
import type { HostName, Provenance } from '@istio-ts/foundation'

/** `PERMISSIVE` takes both mTLS and plain text; `STRICT` only mTLS; `DISABLE` only plain text. */
export type MutualTlsMode = 'PERMISSIVE' | 'STRICT' | 'DISABLE'

/** The effective mTLS mode of a workload; ports are workload ports. */
export interface PeerPolicy {
  readonly mode: MutualTlsMode
  readonly ports: Readonly<Record<number, MutualTlsMode>>
  readonly from: readonly Provenance[]
}

/** A token issuer that requests may be checked against. */
export interface JwtRule {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly jwksUri?: string
  readonly jwks?: string
  readonly fromHeaders: readonly { readonly name: string; readonly prefix?: string }[]
  readonly fromParams: readonly string[]
  readonly fromCookies: readonly string[]
  readonly outputPayloadToHeader?: string
  readonly outputClaimToHeaders: readonly { readonly header: string; readonly claim: string }[]
  readonly forwardOriginalToken: boolean
  /** Default 5 s. */
  readonly timeoutMs: number
  readonly spaceDelimitedClaims: readonly string[]
  /** `REQUIRED`: a request without a token is refused. */
  readonly presence: 'OPTIONAL' | 'REQUIRED'
  readonly from: readonly Provenance[]
}

/** Wanted and unwanted values of one attribute; `values` are ORed, then none of `notValues` may hold. */
export interface ValueRule {
  readonly values: readonly string[]
  readonly notValues: readonly string[]
}

/** One `source` of a rule; all present attributes must hold. */
export interface SourceRule {
  readonly principals: ValueRule
  readonly requestPrincipals: ValueRule
  readonly namespaces: ValueRule
  readonly serviceAccounts: ValueRule
  readonly trustDomains: ValueRule
  readonly ipBlocks: ValueRule
  readonly remoteIpBlocks: ValueRule
}

/** One `operation` of a rule; all present attributes must hold. */
export interface OperationRule {
  readonly hosts: ValueRule
  /** Workload ports; in a local mesh the translator maps them to listen ports by `LoopbackView.workloadPorts`. */
  readonly ports: ValueRule
  readonly methods: ValueRule
  readonly paths: ValueRule
}

/** One `when` entry: an attribute such as `request.headers[x-a]` or `source.ip`. */
export interface ConditionRule extends ValueRule {
  readonly key: string
}

/** One rule: (any source) and (any operation) and (all conditions). Empty lists do not restrict. */
export interface AuthorizationRule {
  /** Index in the policy; part of Istio's `ns[..]-policy[..]-rule[..]`. */
  readonly index: number
  readonly sources: readonly SourceRule[]
  readonly operations: readonly OperationRule[]
  readonly conditions: readonly ConditionRule[]
  readonly from: readonly Provenance[]
}

/** One AuthorizationPolicy that applies to the workload. ALLOW without rules allows nothing. */
export interface AuthorizationPolicyRules {
  readonly name: string
  readonly namespace: string
  /** Annotation `istio.io/dry-run`: only counted. */
  readonly dryRun: boolean
  readonly rules: readonly AuthorizationRule[]
  readonly from: readonly Provenance[]
}

/** Policies of action CUSTOM that ask the same provider. */
export interface CustomAuthorization {
  readonly provider: string
  readonly settings: ExternalAuthorizer | undefined
  readonly policies: readonly AuthorizationPolicyRules[]
}

/** An external authorizer of MeshConfig `extensionProviders`. */
export interface ExternalAuthorizer {
  readonly kind: 'http' | 'grpc'
  /** Host of a mesh service and its port. */
  readonly host: HostName
  readonly port: number
  /** The provider's settings as in MeshConfig (`envoyExtAuthzHttp` or `envoyExtAuthzGrpc`), plain JSON. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Authorization in order of evaluation: custom, audit, deny, allow. Policies of each sorted as Istio does: root namespace first, oldest first. */
export interface AuthorizationPolicies {
  readonly custom: readonly CustomAuthorization[]
  readonly audit: readonly AuthorizationPolicyRules[]
  readonly deny: readonly AuthorizationPolicyRules[]
  readonly allow: readonly AuthorizationPolicyRules[]
}

/** Everything that decides who may call a workload. */
export interface SecurityPolicy {
  readonly peer: PeerPolicy
  readonly jwt: readonly JwtRule[]
  readonly authorization: AuthorizationPolicies
}
