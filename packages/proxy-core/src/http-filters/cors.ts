/** envoy.filters.http.cors: answers preflights and marks responses. @see https://fetch.spec.whatwg.org/#http-cors-protocol */
import { runtimeFraction } from '../config/scalars.ts'
import { unpack, type Any } from '../config/wire.ts'
import type { Report } from '../config/report.ts'
import type { HttpFilterKind } from '../http/http-filter.ts'
import { compileStringMatcher, type StringTest } from '../match/string-matcher.ts'

const TYPE = 'envoy.extensions.filters.http.cors.v3.Cors'
const POLICY = 'envoy.extensions.filters.http.cors.v3.CorsPolicy'

interface Cors {
  readonly enabled: boolean
  readonly origins: readonly StringTest[]
  readonly methods: string
  readonly headers: string
  readonly expose: string
  readonly maxAge: string
  readonly credentials: boolean
  readonly forwardUnmatched: boolean
}

export const corsFilter: HttpFilterKind = {
  types: [TYPE],
  perRouteTypes: [POLICY],
  compile: (name) => ({
    name,
    onRequest(exchange) {
      const cors = exchange.perRoute(name) as Cors | undefined
      const origin = cors?.enabled === true ? exchange.head.get('origin') : undefined
      if (!cors || origin === undefined) return 'continue'
      const allowed = cors.origins.some((test) => test(origin))
      const preflight = exchange.head.method === 'OPTIONS' && exchange.head.has('access-control-request-method')
      if (allowed) (exchange.filterState ??= new Map<string, unknown>()).set(name, origin)
      if (!preflight) return 'continue'
      if (!allowed) {
        if (cors.forwardUnmatched) return 'continue'
        exchange.reply(200, '', 'cors_response')
        return 'stop'
      }
      exchange.reply(200, '', 'cors_response', preflightFields(cors))
      return 'stop'
    },
    onResponse(exchange, head) {
      const origin = exchange.filterState?.get(name)
      const cors = exchange.perRoute(name) as Cors | undefined
      if (typeof origin !== 'string' || !cors) return
      head.set('access-control-allow-origin', origin)
      if (cors.credentials) head.set('access-control-allow-credentials', 'true')
      if (cors.expose !== '' && exchange.info.responseCodeDetails !== 'cors_response') head.set('access-control-expose-headers', cors.expose)
    },
  }),
  compilePerRoute: compileCors,
}

function preflightFields(cors: Cors): readonly (readonly [string, string])[] {
  const fields: (readonly [string, string])[] = []
  if (cors.methods !== '') fields.push(['access-control-allow-methods', cors.methods])
  if (cors.headers !== '') fields.push(['access-control-allow-headers', cors.headers])
  if (cors.maxAge !== '') fields.push(['access-control-max-age', cors.maxAge])
  return fields
}

function compileCors(config: Any, path: string, report: Report): Cors {
  const policy = unpack(config, POLICY) ?? {}
  return {
    enabled: runtimeFraction(policy.filterEnabled, 1) > 0,
    origins: (policy.allowOriginStringMatch ?? []).map((matcher, i) => compileStringMatcher(matcher, `${path}.allowOriginStringMatch[${i}]`, report)),
    methods: policy.allowMethods ?? '',
    headers: policy.allowHeaders ?? '',
    expose: policy.exposeHeaders ?? '',
    maxAge: policy.maxAge ?? '',
    credentials: policy.allowCredentials === true,
    forwardUnmatched: policy.forwardNotMatchingPreflights !== false,
  }
}
