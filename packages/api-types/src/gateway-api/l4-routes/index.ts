/** TLSRoute and TCPRoute: routes of connections. UDPRoute has the form of TCPRoute; Istio does not serve it. */
import type * as z from 'zod'
import { isIpAddress } from '../../validation/addresses.ts'
import { rule } from '../../istio/shared/schema/index.ts'
import { AGE, gatewayApiKind, type GatewayApiDefinition, type GatewayApiKind } from '../kind.ts'
import { backendReference, hostname, routeFields, routeStatus, sectionName, uniqueRuleName } from '../parts.ts'
import { atomic, object } from '../schema.ts'

const routeRule = () => object({ backendRefs: atomic(backendReference(), { minItems: 1, maxItems: 16 }), name: sectionName() }, { required: ['backendRefs'] })

/** v1 has one rule; older versions had up to 16. */
const oneRule = () => atomic(routeRule(), { minItems: 1, maxItems: 1 })
const manyRules = () => atomic(routeRule(), { minItems: 1, maxItems: 16, rules: [uniqueRuleName()] })

const NAME = '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$'
const isName = (text: string): boolean => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)

const sniHosts = () =>
  atomic(hostname(), {
    minItems: 1,
    maxItems: 1024,
    rules: [
      rule('Hostnames cannot contain an IP', 'self.all(h, !isIP(h))', (self) => !self.some(isIpAddress)),
      rule('Hostnames must be valid based on RFC-1123', `self.all(h, !h.contains('*') ? h.matches('${NAME}') : true)`, (self) => self.every((h) => h.includes('*') || isName(h))),
      rule(
        'Wildcards on hostnames must be the first label, and the rest of hostname must be valid based on RFC-1123',
        `self.all(h, h.contains('*') ? (h.startsWith('*.') && h.substring(2).matches('${NAME}')) : true)`,
        (self) => self.every((h) => !h.includes('*') || (h.startsWith('*.') && isName(h.slice(2)))),
      ),
    ],
  })

const tlsRouteSpec = () => object({ ...routeFields(), hostnames: sniHosts(), rules: oneRule() }, { required: ['hostnames', 'rules'] })
const oldTlsRouteSpec = () => object({ ...routeFields(), hostnames: atomic(hostname(), { maxItems: 1024 }), rules: manyRules() }, { required: ['rules'] })

/** Schema of the spec of a TCPRoute or UDPRoute. */
export const tcpRouteSpec = () => object({ ...routeFields(), rules: oneRule() }, { required: ['rules'] })
const oldTcpRouteSpec = () => object({ ...routeFields(), rules: manyRules() }, { required: ['rules'] })

/** Spec of a TLSRoute. */
export interface TLSRouteSpec extends Readonly<z.infer<ReturnType<typeof tlsRouteSpec>>> {}
/** Spec of a TCPRoute. */
export interface TCPRouteSpec extends Readonly<z.infer<ReturnType<typeof tcpRouteSpec>>> {}
/** Status of routes of the Gateway API. */
export interface RouteStatus extends Readonly<z.infer<ReturnType<typeof routeStatus>>> {}

/** The kind `gateway.networking.k8s.io/v1/TLSRoute`. */
export const TLSRoute: GatewayApiKind<TLSRouteSpec, RouteStatus> = gatewayApiKind<TLSRouteSpec, RouteStatus>({
  kind: 'TLSRoute',
  plural: 'tlsroutes',
  versions: ['v1', 'v1alpha2', 'v1alpha3'],
  deprecated: ['v1alpha2', 'v1alpha3'],
  columns: [AGE],
  schema: tlsRouteSpec,
  status: routeStatus,
  old: { v1alpha2: oldTlsRouteSpec },
  readOld: { v1alpha2: () => oldTlsRouteSpec().transform((spec) => ({ ...spec, hostnames: spec.hostnames ?? [] })) },
})

/** What TCPRoute and UDPRoute have in common. */
export const tcpLikeRoute = (): Omit<GatewayApiDefinition<TCPRouteSpec, RouteStatus>, 'kind' | 'plural'> => ({
  versions: ['v1', 'v1alpha2'],
  deprecated: ['v1alpha2'],
  columns: [AGE],
  schema: tcpRouteSpec,
  status: routeStatus,
  old: { v1alpha2: oldTcpRouteSpec },
  readOld: { v1alpha2: oldTcpRouteSpec },
})

/** The kind `gateway.networking.k8s.io/v1/TCPRoute`. */
export const TCPRoute: GatewayApiKind<TCPRouteSpec, RouteStatus> = gatewayApiKind<TCPRouteSpec, RouteStatus>({ kind: 'TCPRoute', plural: 'tcproutes', ...tcpLikeRoute() })
