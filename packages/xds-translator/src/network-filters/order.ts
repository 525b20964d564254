/** The network filters in the order in which bytes pass them, before the terminal one. This array is the only place that knows the order. */
import type { ProxyView } from '@istio-ts/mesh-model'
import { customFilters, ruleFilters, type AuthorizationScope } from '../authorization/filters.ts'
import type { Extensions } from '../extensions.ts'
import { statsFilters } from '../http-filters/stats/index.ts'
import { telemetryMode, type HttpPlace } from '../http-filters/order.ts'
import type { NamedExtension } from '../wire/named-extension.ts'
import { METADATA_EXCHANGE } from './metadata-exchange/index.ts'

/** What the filters of one chain depend on. */
export interface NetworkFilterScope {
  readonly place: HttpPlace
  readonly view: ProxyView
  readonly extensions: Extensions
  readonly authorization: AuthorizationScope
  /** The chain ends in an HTTP connection manager, which has authorization and metrics of its own. */
  readonly http: boolean
  /** False where no policy of the workload applies, because the connection reaches nobody. */
  readonly guarded: boolean
}

interface Step {
  readonly why: string
  filters(scope: NetworkFilterScope): readonly NamedExtension[]
}

const isGuarded = ({ place, http, guarded }: NetworkFilterScope): boolean => guarded && place === 'inbound' && !http

const STEPS: readonly Step[] = [
  { why: 'the preamble of a peer must be taken off before anybody reads the bytes', filters: ({ place }) => (place === 'inbound' ? [METADATA_EXCHANGE] : []) },
  { why: 'an external authorizer is asked before rules', filters: (scope) => (isGuarded(scope) ? customFilters(scope.view.security.authorization, scope.authorization) : []) },
  { why: 'rules before anything is forwarded', filters: (scope) => (isGuarded(scope) ? ruleFilters(scope.view.security.authorization, scope.authorization) : []) },
  { why: 'counts connections that got this far', filters: ({ view, place, http }) => (http ? [] : statsFilters(view.telemetry.metrics, telemetryMode(place), place !== 'outbound')) },
]

/** The filters before the terminal one, without those that the client does not have. */
export const networkFilters = (scope: NetworkFilterScope): readonly NamedExtension[] =>
  STEPS.flatMap((step) => step.filters(scope)).filter((filter) => scope.extensions.has('envoy.filters.network', filter))
