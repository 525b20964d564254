/** BackendTLSPolicy: how a gateway speaks TLS to a backend. @see https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy */
import type * as z from 'zod'
import { enumeration, rule, text } from '../../istio/shared/schema/index.ts'
import { AGE, gatewayApiKind, type GatewayApiKind } from '../kind.ts'
import { group, hostname, kind, localReference, objectName, options, policyStatus, preciseHostname, sectionName } from '../parts.ts'
import { atomic, object } from '../schema.ts'

const target = () => object({ group: group(), kind: kind(), name: objectName(), sectionName: sectionName() }, { required: ['group', 'kind', 'name'] })

interface Target extends Readonly<z.infer<ReturnType<typeof target>>> {}

const same = (a: Target, b: Target): boolean => a.group === b.group && a.kind === b.kind && a.name === b.name

const targets = () =>
  atomic<Target>(target(), {
    minItems: 1,
    maxItems: 16,
    rules: [
      rule(
        'sectionName must be specified when targetRefs includes 2 or more references to the same target',
        "self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) : true))",
        (self) => self.every((a) => self.every((b) => !same(a, b) || !a.sectionName === !b.sectionName)),
      ),
      rule(
        'sectionName must be unique when targetRefs includes 2 or more references to the same target',
        "self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))",
        (self) => self.every((a) => self.filter((b) => same(a, b) && (a.sectionName ?? '') === (b.sectionName ?? '')).length === 1),
      ),
    ],
  })

const subjectAltName = () =>
  object(
    {
      hostname: hostname(),
      type: enumeration(['Hostname', 'URI']),
      uri: text({ minLength: 1, maxLength: 253, pattern: '^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\\?([^#]*))?(#(.*))?' }),
    },
    {
      required: ['type'],
      rules: [
        rule('SubjectAltName element must contain Hostname, if Type is set to Hostname', '!(self.type == "Hostname" && (!has(self.hostname) || self.hostname == ""))', (self) => self.type !== 'Hostname' || Boolean(self.hostname)),
        rule('SubjectAltName element must not contain Hostname, if Type is not set to Hostname', '!(self.type != "Hostname" && has(self.hostname) && self.hostname != "")', (self) => self.type === 'Hostname' || !self.hostname),
        rule('SubjectAltName element must contain URI, if Type is set to URI', '!(self.type == "URI" && (!has(self.uri) || self.uri == ""))', (self) => self.type !== 'URI' || Boolean(self.uri)),
        rule('SubjectAltName element must not contain URI, if Type is not set to URI', '!(self.type != "URI" && has(self.uri) && self.uri != "")', (self) => self.type === 'URI' || !self.uri),
      ],
    },
  )

/** How the certificate of a backend is checked. */
export const backendValidation = () =>
  object(
    {
      caCertificateRefs: atomic(localReference(), { maxItems: 8 }),
      hostname: preciseHostname(),
      subjectAltNames: atomic(subjectAltName(), { maxItems: 5 }),
      wellKnownCACertificates: text({
        minLength: 1,
        maxLength: 253,
        pattern: '^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$',
      }),
    },
    {
      required: ['hostname'],
      rules: [
        rule(
          'must not contain both CACertificateRefs and WellKnownCACertificates',
          '!(has(self.caCertificateRefs) && size(self.caCertificateRefs) > 0 && has(self.wellKnownCACertificates) && self.wellKnownCACertificates != "")',
          (self) => !((self.caCertificateRefs?.length ?? 0) > 0 && self.wellKnownCACertificates),
        ),
        rule(
          'must specify either CACertificateRefs or WellKnownCACertificates',
          '(has(self.caCertificateRefs) && size(self.caCertificateRefs) > 0 || has(self.wellKnownCACertificates) && self.wellKnownCACertificates != "")',
          (self) => (self.caCertificateRefs?.length ?? 0) > 0 || Boolean(self.wellKnownCACertificates),
        ),
      ],
    },
  )

const backendTlsPolicySpec = () => object({ options: options(), targetRefs: targets(), validation: backendValidation() }, { required: ['targetRefs', 'validation'] })

/** Spec of a BackendTLSPolicy. */
export interface BackendTLSPolicySpec extends Readonly<z.infer<ReturnType<typeof backendTlsPolicySpec>>> {}
/** Status of policies of the Gateway API. */
export interface PolicyStatus extends Readonly<z.infer<ReturnType<typeof policyStatus>>> {}

/** The kind `gateway.networking.k8s.io/v1/BackendTLSPolicy`. */
export const BackendTLSPolicy: GatewayApiKind<BackendTLSPolicySpec, PolicyStatus> = gatewayApiKind<BackendTLSPolicySpec, PolicyStatus>({
  kind: 'BackendTLSPolicy',
  plural: 'backendtlspolicies',
  shortNames: ['btlspolicy'],
  versions: ['v1', 'v1alpha3'],
  deprecated: ['v1alpha3'],
  columns: [AGE],
  withoutColumns: ['v1alpha3'],
  schema: backendTlsPolicySpec,
  status: policyStatus,
})
