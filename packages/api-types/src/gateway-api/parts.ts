/** The pieces that the Gateway API's kinds share: names, references, conditions, the status of routes and policies. */
import { enumeration, has, int32, list, map, rule, text, type CelRule, type Field } from '../istio/shared/schema/index.ts'
import { withFacts } from '../istio/shared/schema/index.ts'
import * as z from 'zod'
import { also, atomic, filled, int64, object, type Filled } from './schema.ts'

const SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
const GROUP = `^$|${SUBDOMAIN}`
const KIND = '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$'
const LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
const HOSTNAME = `^(\\*\\.)?${SUBDOMAIN.slice(1)}`
const DURATION = '^([0-9]{1,5}(h|m|s|ms)){1,4}$'
/** Of a controller, `example.com/name`. */
export const DOMAIN_PREFIXED = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$"

/** API group; empty is the core group. */
export const group = (): Field<string> => text({ maxLength: 253, pattern: GROUP })
/** A group whose CRD says `minLength: 0`. */
export const groupFromZero = (): Field<string> => text({ minLength: 0, maxLength: 253, pattern: GROUP })
/** Kind. */
export const kind = (): Field<string> => text({ minLength: 1, maxLength: 63, pattern: KIND })
/** Name of an object. */
export const objectName = (): Field<string> => text({ minLength: 1, maxLength: 253 })
/** Namespace. */
export const namespace = (): Field<string> => text({ minLength: 1, maxLength: 63, pattern: LABEL })
/** Name of a listener, a rule or a port. */
export const sectionName = (): Field<string> => text({ minLength: 1, maxLength: 253, pattern: SUBDOMAIN })
/** Host name; the first label may be `*`. */
export const hostname = (): Field<string> => text({ minLength: 1, maxLength: 253, pattern: HOSTNAME })
/** Host name without wildcard. */
export const preciseHostname = (): Field<string> => text({ minLength: 1, maxLength: 253, pattern: SUBDOMAIN })
/** Port. */
export const port = (): Field<number> => int32({ minimum: 1, maximum: 65535 })
/** Duration of the Gateway API (GEP-2257), e.g. `1h30m`. */
export const gatewayDuration = (): Field<string> => text({ pattern: DURATION })
/** Name of a controller. */
export const controllerName = (rules?: readonly CelRule<string>[]): Field<string> => text({ minLength: 1, maxLength: 253, pattern: DOMAIN_PREFIXED, ...(rules ? { rules } : {}) })
/** `All` or `None`. */
export const allOrNone = () => enumeration(['All', 'None'])
/** Values of an extension's own. */
export const options = () => map(text({ minLength: 0, maxLength: 4096 }), { maxProperties: 16 })

/** Some object of the same namespace. */
export const localReference = () => object({ group: group(), kind: kind(), name: objectName() }, { required: ['group', 'kind', 'name'] })

/** Some object. */
export const objectReference = () => object({ group: group(), kind: kind(), name: objectName(), namespace: namespace() }, { required: ['group', 'kind', 'name'] })

/** A Secret, unless it says otherwise. */
export const secretReference = () =>
  object({ group: filled(group(), ''), kind: filled(kind(), 'Secret'), name: objectName(), namespace: namespace() }, { required: ['name'] })

/** A Gateway, unless it says otherwise; the parent of a route or policy. */
export const parentReference = () =>
  object(
    {
      group: filled(group(), 'gateway.networking.k8s.io'),
      kind: filled(kind(), 'Gateway'),
      name: objectName(),
      namespace: namespace(),
      port: port(),
      sectionName: sectionName(),
    },
    { required: ['name'] },
  )

/** What a {@link parentReference} is after parsing. */
export interface ParentReference extends Readonly<z.infer<ReturnType<typeof parentReference>>> {}

const same = (a: ParentReference, b: ParentReference): boolean =>
  a.group === b.group && a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '')
const sectionOf = (ref: ParentReference): string => ref.sectionName ?? ''
const portOf = (ref: ParentReference): number => ref.port ?? 0

/** The Gateways (or services) a route wants to be attached to. */
export const parentReferences = () =>
  atomic(parentReference(), {
    maxItems: 32,
    rules: [
      rule<readonly ParentReference[]>(
        'sectionName or port must be specified when parentRefs includes 2 or more references to the same parent',
        "self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__)) ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '') && (!has(p1.port) || p1.port == 0) == (!has(p2.port) || p2.port == 0)): true))",
        (self) => self.every((a) => self.every((b) => !same(a, b) || ((sectionOf(a) === '') === (sectionOf(b) === '') && (portOf(a) === 0) === (portOf(b) === 0)))),
      ),
      rule<readonly ParentReference[]>(
        'sectionName or port must be unique when parentRefs includes 2 or more references to the same parent',
        "self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ )) && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || ( has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName)) && (((!has(p1.port) || p1.port == 0) && (!has(p2.port) || p2.port == 0)) || (has(p1.port) && has(p2.port) && p1.port == p2.port))))",
        (self) => self.every((a) => self.filter((b) => same(a, b) && sectionOf(a) === sectionOf(b) && portOf(a) === portOf(b)).length === 1),
      ),
    ],
  })

/** A reference to a Service needs a port. */
export const servicePortRule = <T extends { readonly group: string; readonly kind: string; readonly port?: number }>(): CelRule<T> =>
  rule<T>('Must have port for Service reference', "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true", (self) => self.group !== '' || self.kind !== 'Service' || has(self.port))

/** Fields of a reference to where traffic goes. */
export const backendFields = () => ({ group: filled(group(), ''), kind: filled(kind(), 'Service'), name: objectName(), namespace: namespace(), port: port() })

/** Where traffic goes. */
export const backendObjectReference = () => object(backendFields(), { required: ['name'], rules: [servicePortRule()] })

/** Share of the traffic, in relation to the other backends. */
export const weight = (): Filled<number> => filled(int32({ minimum: 0, maximum: 1_000_000 }), 1)

/** Where traffic goes, with its share. */
export const backendReference = () => object({ ...backendFields(), weight: weight() }, { required: ['name'], rules: [servicePortRule()] })

/** A Kubernetes label selector. */
export const labelSelector = () =>
  also(
    object({
      matchExpressions: atomic(object({ key: text(), operator: text(), values: atomic(text()) }, { required: ['key', 'operator'] })),
      matchLabels: map(text()),
    }),
    { 'x-kubernetes-map-type': 'atomic' },
  )

const dateTime = (): Field<string> => withFacts(z.string(), { type: 'string', format: 'date-time' })

/** A condition of the status. */
export const condition = () =>
  object(
    {
      lastTransitionTime: dateTime(),
      message: text({ maxLength: 32768 }),
      observedGeneration: int64(0),
      reason: text({ minLength: 1, maxLength: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
      status: enumeration(['True', 'False', 'Unknown']),
      type: text({ maxLength: 316, pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$' }),
    },
    { required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'] },
  )

/** Conditions by type. */
export const conditions = (limits: { readonly minItems?: number; readonly maxItems?: number } = { maxItems: 8 }) => list(condition(), { ...limits, mapKeys: ['type'] })

/** Conditions of an object that no controller has looked at. */
export const waitingConditions = (...types: readonly string[]) =>
  types.map((type) => ({
    lastTransitionTime: '1970-01-01T00:00:00Z',
    message: 'Waiting for controller',
    reason: 'Pending',
    status: 'Unknown' as const,
    type,
  }))

/** Status of a route: what each Gateway made of it. */
export const routeStatus = () =>
  object(
    {
      parents: atomic(
        object(
          { conditions: conditions({ minItems: 1, maxItems: 8 }), controllerName: controllerName(), parentRef: parentReference() },
          { required: ['conditions', 'controllerName', 'parentRef'] },
        ),
        { maxItems: 32 },
      ),
    },
    { required: ['parents'] },
  )

/** Status of a policy: what each Gateway (or other ancestor) made of it. */
export const policyStatus = () =>
  object(
    {
      ancestors: atomic(
        object(
          { ancestorRef: parentReference(), conditions: conditions({ minItems: 1, maxItems: 8 }), controllerName: controllerName() },
          { required: ['ancestorRef', 'conditions', 'controllerName'] },
        ),
        { maxItems: 16 },
      ),
    },
    { required: ['ancestors'] },
  )

/** Rules of a list whose items may have names. */
export const uniqueRuleName = <T extends { readonly name?: string }>(): CelRule<readonly T[]> =>
  rule<readonly T[]>('Rule name must be unique within the route', 'self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))', (self) =>
    self.every((a) => a.name === undefined || self.filter((b) => b.name === a.name).length === 1),
  )

/** Sticky sessions. */
export const sessionPersistence = () =>
  object(
    {
      absoluteTimeout: gatewayDuration(),
      cookieConfig: object({ lifetimeType: filled(enumeration(['Permanent', 'Session']), 'Session') }),
      sessionName: text({ maxLength: 128 }),
      type: filled(enumeration(['Cookie', 'Header']), 'Cookie'),
    },
    {
      rules: [
        rule(
          'AbsoluteTimeout must be specified when cookie lifetimeType is Permanent',
          "!has(self.cookieConfig) || !has(self.cookieConfig.lifetimeType) || self.cookieConfig.lifetimeType != 'Permanent' || has(self.absoluteTimeout)",
          (self) => self.cookieConfig?.lifetimeType !== 'Permanent' || has(self.absoluteTimeout),
        ),
        rule('cookieConfig can only be set with type Cookie', "!has(self.cookieConfig) || self.type == 'Cookie'", (self) => !has(self.cookieConfig) || self.type === 'Cookie'),
      ],
    },
  )

/** What every route has besides its rules. */
export const routeFields = () => ({ parentRefs: parentReferences(), useDefaultGateways: allOrNone() })

/** Hosts of a route. */
export const hostnames = () => atomic(hostname(), { maxItems: 16 })
