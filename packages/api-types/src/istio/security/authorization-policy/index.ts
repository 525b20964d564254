/** AuthorizationPolicy: who may do what. @see https://istio.io/latest/docs/reference/config/security/authorization-policy */
import { attachmentFields, oneAttachment } from '../../policy/attachment.ts'
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind, enumeration, has, list, message, rule, text, type IstioKind } from '../../shared/schema/index.ts'
import { checkAuthorizationPolicy } from './rules.ts'
import type { AuthorizationSource, AuthorizationOperation, AuthorizationCondition, AuthorizationRule, AuthorizationProvider, AuthorizationPolicySpec } from './types.ts'

export type * from './types.ts'

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
