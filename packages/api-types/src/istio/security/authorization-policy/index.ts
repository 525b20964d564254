/** AuthorizationPolicy: who may do what. @see https://istio.io/latest/docs/reference/config/security/authorization-policy */
import { attachmentFields, oneAttachment, type PolicyAttachment } from '../../policy/attachment.ts'
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind, enumeration, has, list, message, rule, text, type IstioKind } from '../../shared/schema/index.ts'
import { checkAuthorizationPolicy } from './rules.ts'

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

const texts = () => list(text())
const serviceAccounts = () => list(text({ maxLength: 320 }), { maxItems: 16 })

const source = () =>
  message<AuthorizationSource>(
    {
      ipBlocks: texts(),
      namespaces: texts(),
      notIpBlocks: texts(),
      notNamespaces: texts(),
      notPrincipals: texts(),
      notRemoteIpBlocks: texts(),
      notRequestPrincipals: texts(),
      notServiceAccounts: serviceAccounts(),
      notTrustDomains: texts(),
      principals: texts(),
      remoteIpBlocks: texts(),
      requestPrincipals: texts(),
      serviceAccounts: serviceAccounts(),
      trustDomains: texts(),
    },
    {
      rules: [
        rule(
          'Cannot set serviceAccounts with namespaces or principals',
          '(has(self.serviceAccounts) || has(self.notServiceAccounts)) ? (!has(self.principals) &&\n!has(self.notPrincipals) && !has(self.namespaces) && !has(self.notNamespaces)) : true',
          (self) =>
            !(has(self.serviceAccounts) || has(self.notServiceAccounts)) ||
            !(has(self.principals) || has(self.notPrincipals) || has(self.namespaces) || has(self.notNamespaces)),
        ),
      ],
    },
  )

const operation = () =>
  message<AuthorizationOperation>({
    hosts: texts(),
    methods: texts(),
    notHosts: texts(),
    notMethods: texts(),
    notPaths: texts(),
    notPorts: texts(),
    paths: texts(),
    ports: texts(),
  })

const policyRule = () =>
  message<AuthorizationRule>({
    from: list(message<{ readonly source?: AuthorizationSource }>({ source: source() }), { maxItems: 512 }),
    to: list(message<{ readonly operation?: AuthorizationOperation }>({ operation: operation() })),
    when: list(message<AuthorizationCondition>({ key: text(), notValues: texts(), values: texts() }, { required: ['key'] })),
  })

const schema = () =>
  message<AuthorizationPolicySpec>(
    {
      action: enumeration(['ALLOW', 'DENY', 'AUDIT', 'CUSTOM']),
      provider: message<AuthorizationProvider>({ name: text() }),
      rules: list(policyRule(), { maxItems: 512 }),
      ...attachmentFields(),
    },
    { oneOf: [['provider']], rules: [oneAttachment()] },
  )

/** The kind `security.istio.io/v1/AuthorizationPolicy`. */
export const AuthorizationPolicy: IstioKind<AuthorizationPolicySpec> = withMetadataRules(
  defineKind<AuthorizationPolicySpec>({
    group: 'security.istio.io',
    kind: 'AuthorizationPolicy',
    plural: 'authorizationpolicies',
    shortNames: ['ap'],
    versions: ['v1', 'v1beta1'],
    storage: 'v1',
    printerColumns: [{ name: 'Action', type: 'string', jsonPath: '.spec.action' }, AGE],
    defaults: { action: 'ALLOW' },
    schema,
    rules: checkAuthorizationPolicy,
  }),
  (spec: AuthorizationPolicySpec) => spec.action ?? 'ALLOW',
)
