/** Listeners, as Gateway and ListenerSet have them. */
import type * as z from 'zod'
import { enumeration, has, int32, list, rule, text, type CelRule } from '../istio/shared/schema/index.ts'
import { conditions, group, hostname, kind, labelSelector, options, port, secretReference, sectionName } from './parts.ts'
import { atomic, filled, filledAs, object } from './schema.ts'

const routeKind = () => object({ group: filled(group(), 'gateway.networking.k8s.io'), kind: kind() }, { required: ['kind'] })
const routeKinds = () => atomic(routeKind(), { maxItems: 8 })

const namespaces = () =>
  filled(object({ from: filled(enumeration(['All', 'Selector', 'Same']), 'Same'), selector: labelSelector() }), { from: 'Same' })

const allowedRoutes = () => filled(object({ kinds: routeKinds(), namespaces: namespaces() }), { namespaces: { from: 'Same' } })

const tls = () =>
  object(
    {
      certificateRefs: atomic(secretReference(), { maxItems: 64 }),
      mode: filled(enumeration(['Terminate', 'Passthrough']), 'Terminate'),
      options: options(),
    },
    {
      rules: [
        rule(
          'certificateRefs or options must be specified when mode is Terminate',
          "self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true",
          (self) => self.mode !== 'Terminate' || (self.certificateRefs?.length ?? 0) > 0 || Object.keys(self.options ?? {}).length > 0,
        ),
      ],
    },
  )

const listener = () =>
  object(
    {
      allowedRoutes: allowedRoutes(),
      hostname: hostname(),
      name: sectionName(),
      port: port(),
      protocol: text({
        minLength: 1,
        maxLength: 255,
        pattern: '^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9]+$',
      }),
      tls: tls(),
    },
    { required: ['name', 'port', 'protocol'] },
  )

/** One listener. */
export interface Listener extends Readonly<z.infer<ReturnType<typeof listener>>> {}

const isOneOf = (protocol: string, ...protocols: readonly string[]): boolean => protocols.includes(protocol)

const UNIQUE = 'Combination of port, protocol and hostname must be unique for each listener'
const isUnique = (self: readonly Listener[]): boolean =>
  self.every((a) => self.filter((b) => a.port === b.port && a.protocol === b.protocol && a.hostname === b.hostname).length === 1)

/** The rule of a Gateway, whose listeners all have ports. */
export const uniqueListener: CelRule<readonly Listener[]> = rule(
  UNIQUE,
  'self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))',
  isUnique,
)

/** The rule of a ListenerSet, as its CRD words it. */
export const uniqueListenerWithPort: CelRule<readonly Listener[]> = rule(
  UNIQUE,
  'self.all(l1, !has(l1.port) || self.exists_one(l2, has(l2.port) && l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))',
  isUnique,
)

/** The listeners of a Gateway or ListenerSet. */
export const listeners = (unique: CelRule<readonly Listener[]>) =>
  list<Listener>(listener(), {
    minItems: 1,
    maxItems: 64,
    mapKeys: ['name'],
    rules: [
      rule("tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']", "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)", (self) =>
        self.every((l) => !isOneOf(l.protocol, 'HTTP', 'TCP', 'UDP') || !has(l.tls)),
      ),
      rule(
        'tls mode must be Terminate for protocol HTTPS',
        "self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
        (self) => self.every((l) => l.protocol !== 'HTTPS' || l.tls === undefined || l.tls.mode === 'Terminate'),
      ),
      rule('tls mode must be set for protocol TLS', "self.all(l, (l.protocol == 'TLS' ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true))", (self) =>
        self.every((l) => l.protocol !== 'TLS' || l.tls !== undefined),
      ),
      rule(
        "hostname must not be specified for protocols ['TCP', 'UDP']",
        "self.all(l, l.protocol in ['TCP', 'UDP']  ? (!has(l.hostname) || l.hostname == '') : true)",
        (self) => self.every((l) => !isOneOf(l.protocol, 'TCP', 'UDP') || !l.hostname),
      ),
      rule('Listener name must be unique within the Gateway', 'self.all(l1, self.exists_one(l2, l1.name == l2.name))', (self) =>
        self.every((a) => self.filter((b) => a.name === b.name).length === 1),
      ),
      unique,
    ],
  })

/** What became of the listeners. */
export const listenerStatuses = () =>
  list(
    object(
      { attachedRoutes: int32(), conditions: conditions(), name: sectionName(), supportedKinds: routeKinds() },
      { required: ['attachedRoutes', 'conditions', 'name'] },
    ),
    { maxItems: 64, mapKeys: ['name'] },
  )

/** Namespaces from which ListenerSets may attach. */
export const listenerNamespaces = () =>
  filledAs(object({ from: filled(enumeration(['All', 'Selector', 'Same', 'None']), 'None'), selector: labelSelector() }), { from: 'None' }, { from: 'None' })
