/** Gateway of the Gateway API: where traffic comes in. @see https://gateway-api.sigs.k8s.io/api-types/gateway */
import type * as z from 'zod'
import { enumeration, factsOf, int32, list, map, rule, text, withFacts, type CelRule, type Field } from '../../istio/shared/schema/index.ts'
import { isIpAddress } from '../../validation/ip-address.ts'
import { AGE, conditionColumn, gatewayApiKind, type GatewayApiKind } from '../kind.ts'
import { listenerNamespaces, listeners, listenerStatuses, uniqueListener } from '../listener.ts'
import { allOrNone, conditions, localReference, objectName, objectReference, port, secretReference, waitingConditions } from '../parts.ts'
import { also, atomic, filled, object, type Filled } from '../schema.ts'

const ADDRESS_TYPE = "^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$"
const HOST = '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
const isHost = (value: string): boolean => new RegExp(HOST).test(value)

/** An address that says that it is an IP address is one; structural schemas say it so. */
const IP_WHERE_SAID = {
  oneOf: [
    { properties: { type: { enum: ['IPAddress'] }, value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } } },
    { properties: { type: { not: { enum: ['IPAddress'] } } } },
  ],
}

/** Adds the check of {@link IP_WHERE_SAID}. */
function ipWhereSaid<A extends Address>(node: Field<A>): Field<A> {
  const checked = node.check((context) => {
    const { type, value } = context.value
    if (type !== 'IPAddress' || value === undefined || isIpAddress(value)) return
    context.issues.push({ code: 'custom', input: value, path: ['value'], message: 'must be an IP address where type is IPAddress', continue: true })
  })
  return withFacts(checked, { ...factsOf(node), ...IP_WHERE_SAID })
}

const addressType = (): Filled<string> => filled(text({ minLength: 1, maxLength: 253, pattern: ADDRESS_TYPE }), 'IPAddress')

interface Address {
  readonly type: string
  readonly value?: string
}

const address = () =>
  ipWhereSaid(
    object(
      { type: addressType(), value: text({ maxLength: 253 }) },
      {
        rules: [
          rule<Address>(
            `Hostname value must be empty or contain only valid characters (matching ${HOST})`,
            `self.type == 'Hostname' ? (!has(self.value) || self.value.matches(r"""${HOST}""")): true`,
            (self) => self.type !== 'Hostname' || self.value === undefined || isHost(self.value),
          ),
        ],
      },
    ),
  )

const statusAddress = () =>
  ipWhereSaid(
    object(
      { type: addressType(), value: text({ minLength: 1, maxLength: 253 }) },
      {
        required: ['value'],
        rules: [
          rule<Address>(
            `Hostname value must only contain valid characters (matching ${HOST})`,
            `self.type == 'Hostname' ? self.value.matches(r"""${HOST}"""): true`,
            (self) => self.type !== 'Hostname' || isHost(self.value ?? ''),
          ),
        ],
      },
    ),
  )

const isUniqueOf = (type: string) => (self: readonly Address[]): boolean =>
  self.every((a) => a.type !== type || a.value === undefined || self.filter((b) => b.type === type && b.value === a.value).length === 1)

const addresses = () =>
  atomic<Address>(address(), {
    maxItems: 16,
    rules: [
      rule(
        'IPAddress values must be unique',
        "self.all(a1, a1.type == 'IPAddress' && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )",
        isUniqueOf('IPAddress'),
      ),
      rule(
        'Hostname values must be unique',
        "self.all(a1, a1.type == 'Hostname'  && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )",
        isUniqueOf('Hostname'),
      ),
    ],
  })

const KEY = '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$'

const keyRules = (what: 'Annotation' | 'Label'): readonly CelRule<Readonly<Record<string, string>>>[] => [
  rule(
    `${what} keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters.`,
    `self.all(key, key.matches(r"""${KEY}"""))`,
    (self) => Object.keys(self).every((key) => new RegExp(KEY).test(key)),
  ),
  rule(
    `If specified, the ${what.toLowerCase()} key's prefix must be a DNS subdomain not longer than 253 characters in total.`,
    'self.all(key, key.split("/")[0].size() < 253)',
    (self) => Object.keys(self).every((key) => (key.split('/')[0] ?? '').length < 253),
  ),
]

const infrastructure = () =>
  object({
    annotations: map(text({ minLength: 0, maxLength: 4096 }), { maxProperties: 16, rules: keyRules('Annotation') }),
    labels: map(text({ minLength: 0, maxLength: 63, pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$' }), { maxProperties: 8, rules: keyRules('Label') }),
    parametersRef: localReference(),
  })

const validation = () =>
  object({
    validation: object(
      {
        caCertificateRefs: atomic(objectReference(), { minItems: 1, maxItems: 16 }),
        mode: filled(enumeration(['AllowValidOnly', 'AllowInsecureFallback']), 'AllowValidOnly'),
      },
      { required: ['caCertificateRefs'] },
    ),
  })

const perPort = () => object({ port: port(), tls: validation() }, { required: ['port', 'tls'] })

const tls = () =>
  object({
    backend: object({ clientCertificateRef: secretReference() }),
    frontend: object(
      {
        default: validation(),
        perPort: list(perPort(), {
          maxItems: 64,
          mapKeys: ['port'],
          rules: [
            rule<readonly { readonly port: number }[]>('Port for TLS configuration must be unique within the Gateway', 'self.all(t1, self.exists_one(t2, t1.port == t2.port))', (self) =>
              self.every((a) => self.filter((b) => a.port === b.port).length === 1),
            ),
          ],
        }),
      },
      { required: ['default'] },
    ),
  })

const gatewaySpec = () =>
  object(
    {
      addresses: addresses(),
      allowedListeners: object({ namespaces: listenerNamespaces() }),
      defaultScope: allOrNone(),
      gatewayClassName: objectName(),
      infrastructure: infrastructure(),
      listeners: listeners(uniqueListener),
      tls: tls(),
    },
    { required: ['gatewayClassName', 'listeners'] },
  )

const gatewayStatus = () =>
  also(
    object({
      addresses: atomic(statusAddress(), { maxItems: 16 }),
      attachedListenerSets: int32(),
      conditions: filled(conditions(), waitingConditions('Accepted', 'Programmed')),
      listeners: listenerStatuses(),
    }),
    { default: { conditions: waitingConditions('Accepted', 'Programmed') } },
  )

/** Spec of a Gateway. */
export interface KubernetesGatewaySpec extends Readonly<z.infer<ReturnType<typeof gatewaySpec>>> {}
/** Status of a Gateway. */
export interface KubernetesGatewayStatus extends Readonly<z.infer<ReturnType<typeof gatewayStatus>>> {}

/** The kind `gateway.networking.k8s.io/v1/Gateway`; named so, because Istio has a Gateway of its own. */
export const KubernetesGateway: GatewayApiKind<KubernetesGatewaySpec, KubernetesGatewayStatus> = gatewayApiKind<KubernetesGatewaySpec, KubernetesGatewayStatus>({
  kind: 'Gateway',
  plural: 'gateways',
  shortNames: ['gtw'],
  versions: ['v1', 'v1beta1'],
  columns: [
    { name: 'Class', type: 'string', jsonPath: '.spec.gatewayClassName' },
    { name: 'Address', type: 'string', jsonPath: '.status.addresses[*].value' },
    conditionColumn('Programmed'),
    AGE,
  ],
  schema: gatewaySpec,
  status: gatewayStatus,
})

