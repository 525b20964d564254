/** Cross-origin rules of a route, for the cors filter. */
import type { CorsPolicy } from '@istio-ts/mesh-model'
import { present, typed, type AnyMessage } from '../wire/message.ts'
import { stringMatcher } from './string-match.ts'

/** Per-route config of the cors filter; preflights that match no origin go on to the workload unless told otherwise. */
export const corsConfig = (cors: CorsPolicy): AnyMessage => typed('envoy.extensions.filters.http.cors.v3.CorsPolicy', present({
  allowOriginStringMatch: cors.allowOrigins.length === 0 ? undefined : cors.allowOrigins.map(stringMatcher),
  allowMethods: cors.allowMethods.join(',') || undefined,
  allowHeaders: cors.allowHeaders.join(',') || undefined,
  exposeHeaders: cors.exposeHeaders.join(',') || undefined,
  maxAge: cors.maxAgeMs === undefined ? undefined : String(Math.floor(cors.maxAgeMs / 1000)),
  allowCredentials: cors.allowCredentials,
  filterEnabled: { defaultValue: { numerator: 100 } },
  forwardNotMatchingPreflights: cors.unmatchedPreflights !== 'IGNORE',
}))
