/** The HTTP filters in the order in which requests pass them. This array is the only place that knows the order. */
import type { ProxyView, TelemetryMode } from '@istio-ts/mesh-model'
import { customFilters, ruleFilters, type AuthorizationScope } from '../authorization/filters.ts'
import type { Extensions } from '../extensions.ts'
import type { Message } from '../wire/message.ts'
import type { NamedExtension } from '../wire/named-extension.ts'
import { ALPN } from './alpn/index.ts'
import { CORS } from './cors/index.ts'
import { dynamicForwardProxy } from './dynamic-forward-proxy/index.ts'
import { FAULT } from './fault/index.ts'
import { GRPC_STATS } from './grpc-stats/index.ts'
import { GRPC_WEB } from './grpc-web/index.ts'
import { jwtAuthn } from './jwt-authn/index.ts'
import { PEER_METADATA_INBOUND, PEER_METADATA_OUTBOUND } from './peer-metadata/index.ts'
import { router } from './router/index.ts'
import { STATEFUL_SESSION } from './stateful-session/index.ts'
import { statsFilters } from './stats/index.ts'

/** Where a connection manager stands: a workload's calls, a workload's server, or a gateway. */
export type HttpPlace = 'outbound' | 'inbound' | 'gateway'

/** What the filters of one connection manager depend on. */
export interface HttpFilterScope {
  readonly place: HttpPlace
  readonly view: ProxyView
  readonly extensions: Extensions
  readonly authorization: AuthorizationScope
  /** The port speaks gRPC-Web. */
  readonly grpcWeb: boolean
  /** The DNS caches of dynamic clusters that requests may go to. */
  readonly dnsCaches: readonly Message[]
  readonly stickySessions: boolean
}

/** One step: why it stands where it stands, and what it puts there. */
interface Step {
  readonly why: string
  filters(scope: HttpFilterScope): readonly NamedExtension[]
}

/** Policies guard servers and gateways; calls of a workload are its own business. */
const guarded = (scope: HttpFilterScope): boolean => scope.place !== 'outbound'
/** Metrics and traces count a gateway as a client. */
export const telemetryMode = (place: HttpPlace): TelemetryMode => (place === 'inbound' ? 'server' : 'client')

const STEPS: readonly Step[] = [
  { why: 'first, because all later filters and logs may ask who the peer is', filters: ({ place }) => [place === 'inbound' ? PEER_METADATA_INBOUND : PEER_METADATA_OUTBOUND] },
  { why: 'an external authorizer sees the request before anything changed it', filters: (scope) => (guarded(scope) ? customFilters(scope.view.security.authorization, scope.authorization) : []) },
  { why: 'tokens before rules, which speak of their claims', filters: (scope) => (guarded(scope) ? present(jwtAuthn(scope.view.security.jwt, scope.place === 'gateway' ? 'gateway' : 'inbound')) : []) },
  { why: 'rules once the caller is known', filters: (scope) => (guarded(scope) ? ruleFilters(scope.view.security.authorization, scope.authorization) : []) },
  { why: 'turns gRPC-Web into gRPC before gRPC is counted', filters: ({ grpcWeb }) => (grpcWeb ? [GRPC_WEB] : []) },
  { why: 'counts messages for istio.stats, which stands later', filters: () => [GRPC_STATS] },
  { why: 'sets the ALPN for the upstream connection; a server has none to set', filters: ({ place }) => (place === 'inbound' ? [] : [ALPN]) },
  { why: 'faults hit only what was allowed', filters: () => [FAULT] },
  { why: 'answers preflights that no fault hit', filters: () => [CORS] },
  { why: 'last of the counting filters, so that what earlier ones refused is counted by their flags', filters: ({ view, place }) => statsFilters(view.telemetry.metrics, telemetryMode(place), place !== 'outbound') },
  { why: 'chooses the endpoint once nothing else changes the request', filters: ({ stickySessions }) => (stickySessions ? [STATEFUL_SESSION] : []) },
  { why: 'needs the final host, right before routing', filters: ({ dnsCaches }) => dnsCaches.map(dynamicForwardProxy) },
  { why: 'ends the chain', filters: () => [router(false)] },
]

const present = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value])

/** The filters of a connection manager, without those that the client does not have. */
export const httpFilters = (scope: HttpFilterScope): readonly NamedExtension[] =>
  STEPS.flatMap((step) => step.filters(scope)).filter((filter) => scope.extensions.has('envoy.filters.http', filter))
