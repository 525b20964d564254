/** GRPCRoute: how gRPC calls are routed. @see https://gateway-api.sigs.k8s.io/api-types/grpcroute */
import type * as z from 'zod'
import { enumeration, has, list, rule, text } from '../../istio/shared/schema/index.ts'
import { grpcFilters, headerName } from '../filters.ts'
import { totalMatches } from '../http-route/index.ts'
import { AGE, gatewayApiKind, type GatewayApiKind } from '../kind.ts'
import { backendFields, hostnames, routeFields, routeStatus, sectionName, servicePortRule, sessionPersistence, uniqueRuleName, weight } from '../parts.ts'
import { atomic, filled, object } from '../schema.ts'
import type { RouteStatus } from '../l4-routes/index.ts'

const matchType = () => filled(enumeration(['Exact', 'RegularExpression']), 'Exact')
const SERVICE = '\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*$'
const METHOD = '^[A-Za-z_][A-Za-z_0-9]*$'

const method = () =>
  object(
    { method: text({ maxLength: 1024 }), service: text({ maxLength: 1024 }), type: matchType() },
    {
      rules: [
        rule("One or both of 'service' or 'method' must be specified", 'has(self.type) ? has(self.service) || has(self.method) : true', (self) => has(self.service) || has(self.method)),
        rule(
          `service must only contain valid characters (matching ^(?i)${SERVICE})`,
          `(!has(self.type) || self.type == 'Exact') && has(self.service) ? self.service.matches(r"""^(?i)${SERVICE}"""): true`,
          (self) => self.type !== 'Exact' || self.service === undefined || new RegExp(`^${SERVICE}`, 'i').test(self.service),
        ),
        rule(
          `method must only contain valid characters (matching ${METHOD})`,
          `(!has(self.type) || self.type == 'Exact') && has(self.method) ? self.method.matches(r"""${METHOD}"""): true`,
          (self) => self.type !== 'Exact' || self.method === undefined || new RegExp(METHOD).test(self.method),
        ),
      ],
    },
  )

const header = () => object({ name: headerName(), type: matchType(), value: text({ minLength: 1, maxLength: 4096 }) }, { required: ['name', 'value'] })

const match = () => object({ headers: list(header(), { maxItems: 16, mapKeys: ['name'] }), method: method() })

const backendRef = () => object({ ...backendFields(), filters: grpcFilters(), weight: weight() }, { required: ['name'], rules: [servicePortRule()] })

const routeRule = () =>
  object({
    backendRefs: atomic(backendRef(), { maxItems: 16 }),
    filters: grpcFilters(),
    matches: atomic(match(), { maxItems: 64 }),
    name: sectionName(),
    sessionPersistence: sessionPersistence(),
  })

/** One rule of a GRPCRoute. */
export interface GRPCRouteRule extends Readonly<z.infer<ReturnType<typeof routeRule>>> {}

const rules = () =>
  atomic<GRPCRouteRule>(routeRule(), { maxItems: 16, rules: [totalMatches((self) => `(has(${self}.matches) ? ${self}.matches.size() : 0)`), uniqueRuleName()] })

const grpcRouteSpec = () => object({ ...routeFields(), hostnames: hostnames(), rules: rules() })

/** Spec of a GRPCRoute. */
export interface GRPCRouteSpec extends Readonly<z.infer<ReturnType<typeof grpcRouteSpec>>> {}

/** The kind `gateway.networking.k8s.io/v1/GRPCRoute`. */
export const GRPCRoute: GatewayApiKind<GRPCRouteSpec, RouteStatus> = gatewayApiKind<GRPCRouteSpec, RouteStatus>({
  kind: 'GRPCRoute',
  plural: 'grpcroutes',
  versions: ['v1'],
  columns: [{ name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames' }, AGE],
  schema: grpcRouteSpec,
  status: routeStatus,
})
