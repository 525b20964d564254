/** Filters of HTTPRoute and GRPCRoute: what happens to a request on its way. */
import type * as z from 'zod'
import { bool, enumeration, has, int32, list, plainInteger, rule, text, type CelRule } from '../istio/shared/schema/index.ts'
import { backendObjectReference, localReference, port, preciseHostname } from './parts.ts'
import { atomic, filled, object, oneOfIntegers, set } from './schema.ts'

const HEADER = "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$"
const PATH = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$"

/** Name of a header or query parameter. */
export const headerName = () => text({ minLength: 1, maxLength: 256, pattern: HEADER })
/** Value of a header. */
export const headerValue = () => text({ minLength: 1, maxLength: 4096, pattern: '^[!-~]+([\\t ]?[!-~]+)*$' })

const headers = () => list(object({ name: headerName(), value: headerValue() }, { required: ['name', 'value'] }), { maxItems: 16, mapKeys: ['name'] })
const headerModifier = () => object({ add: headers(), remove: set(text(), { maxItems: 16 }), set: headers() })

const path = () =>
  object(
    { replaceFullPath: text({ maxLength: 1024 }), replacePrefixMatch: text({ maxLength: 1024 }), type: enumeration(['ReplaceFullPath', 'ReplacePrefixMatch']) },
    { required: ['type'], rules: [...wholeOf('ReplaceFullPath', 'replaceFullPath'), ...wholeOf('ReplacePrefixMatch', 'replacePrefixMatch')] },
  )

interface PathModifier {
  readonly type: string
  readonly replaceFullPath?: string
  readonly replacePrefixMatch?: string
}

/** The type and its field go together. */
const wholeOf = (type: string, field: 'replaceFullPath' | 'replacePrefixMatch'): readonly CelRule<PathModifier>[] => [
  rule(`${field} must be specified when type is set to '${type}'`, `self.type == '${type}' ? has(self.${field}) : true`, (self) => self.type !== type || has(self[field])),
  rule(`type must be '${type}' when ${field} is set`, `has(self.${field}) ? self.type == '${type}' : true`, (self) => !has(self[field]) || self.type === type),
]

const redirect = () =>
  object({
    hostname: preciseHostname(),
    path: path(),
    port: port(),
    scheme: enumeration(['http', 'https']),
    statusCode: filled(oneOfIntegers([301, 302, 303, 307, 308]), 302),
  })

interface Fraction {
  readonly numerator: number
  readonly denominator: number
}

const fraction = () =>
  object(
    { denominator: filled(int32({ minimum: 1 }), 100), numerator: int32({ minimum: 0 }) },
    {
      required: ['numerator'],
      rules: [rule<Fraction>('numerator must be less than or equal to denominator', 'self.numerator <= self.denominator', (self) => self.numerator <= self.denominator)],
    },
  )

const mirror = () =>
  object(
    { backendRef: backendObjectReference(), fraction: fraction(), percent: int32({ minimum: 0, maximum: 100 }) },
    {
      required: ['backendRef'],
      rules: [
        rule('Only one of percent or fraction may be specified in HTTPRequestMirrorFilter', '!(has(self.percent) && has(self.fraction))', (self) => !(has(self.percent) && has(self.fraction))),
      ],
    },
  )

/** `*` stands alone. */
const starAlone = (what: string, others: string): CelRule<readonly string[]> =>
  rule(`${what} cannot contain '*' alongside other ${others}`, "!('*' in self && self.size() > 1)", (self) => !(self.includes('*') && self.length > 1))

const cors = () =>
  object({
    allowCredentials: bool(),
    allowHeaders: set(headerName(), { maxItems: 64, rules: [starAlone('AllowHeaders', 'methods')] }),
    allowMethods: set<string>(enumeration(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*']), { maxItems: 9, rules: [starAlone('AllowMethods', 'methods')] }),
    allowOrigins: set(
      text({ minLength: 1, maxLength: 253, pattern: '(^\\*$)|(^(http(s)?):\\/\\/(((\\*\\.)?([a-zA-Z0-9\\-]+\\.)*[a-zA-Z0-9-]+|\\*)(:([0-9]{1,5}))?)$)' }),
      { maxItems: 64, rules: [starAlone('AllowOrigins', 'origins')] },
    ),
    exposeHeaders: set(headerName(), { maxItems: 64 }),
    maxAge: filled(int32({ minimum: 1 }), 5),
  })

const headerSet = () => set(text(), { maxItems: 64 })

interface ExternalAuth {
  readonly protocol: string
  readonly grpc?: unknown
  readonly http?: unknown
}

const protocolRules = (protocol: 'GRPC' | 'HTTP', field: 'grpc' | 'http'): readonly CelRule<ExternalAuth>[] => [
  rule(`${field} must be specified when protocol is set to '${protocol}'`, `self.protocol == '${protocol}' ? has(self.${field}) : true`, (self) => self.protocol !== protocol || has(self[field])),
  rule(`protocol must be '${protocol}' when ${field} is set`, `has(self.${field}) ? self.protocol == '${protocol}' : true`, (self) => !has(self[field]) || self.protocol === protocol),
]

const externalAuth = () =>
  object(
    {
      backendRef: backendObjectReference(),
      forwardBody: object({ maxSize: plainInteger() }),
      grpc: object({ allowedHeaders: headerSet() }),
      http: object({ allowedHeaders: headerSet(), allowedResponseHeaders: headerSet(), path: text({ maxLength: 1024, pattern: PATH }) }),
      protocol: enumeration(['HTTP', 'GRPC']),
    },
    { required: ['backendRef', 'protocol'], rules: [...protocolRules('GRPC', 'grpc'), ...protocolRules('HTTP', 'http')] },
  )

type FilterType = 'RequestHeaderModifier' | 'ResponseHeaderModifier' | 'RequestMirror' | 'RequestRedirect' | 'URLRewrite' | 'ExtensionRef' | 'CORS' | 'ExternalAuth'

interface AnyFilter {
  readonly type: string
  readonly [field: string]: unknown
}

/** A filter has the field of its type and no other. */
const fieldOfType = (field: string, type: FilterType): readonly CelRule<AnyFilter>[] => [
  rule(`filter.${field} must be nil if the filter.type is not ${type}`, `!(has(self.${field}) && self.type != '${type}')`, (self) => !has(self[field]) || self.type === type),
  rule(`filter.${field} must be specified for ${type} filter.type`, `!(!has(self.${field}) && self.type == '${type}')`, (self) => has(self[field]) || self.type !== type),
]

const once = (type: FilterType): CelRule<readonly { readonly type: string }[]> =>
  rule(`${type} filter cannot be repeated`, `self.filter(f, f.type == '${type}').size() <= 1`, (self) => self.filter((filter) => filter.type === type).length <= 1)

const httpFilter = () =>
  object(
    {
      cors: cors(),
      extensionRef: localReference(),
      externalAuth: externalAuth(),
      requestHeaderModifier: headerModifier(),
      requestMirror: mirror(),
      requestRedirect: redirect(),
      responseHeaderModifier: headerModifier(),
      type: enumeration(['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'RequestRedirect', 'URLRewrite', 'ExtensionRef', 'CORS', 'ExternalAuth']),
      urlRewrite: object({ hostname: preciseHostname(), path: path() }),
    },
    {
      required: ['type'],
      rules: [
        ...fieldOfType('cors', 'CORS'),
        ...fieldOfType('requestHeaderModifier', 'RequestHeaderModifier'),
        ...fieldOfType('responseHeaderModifier', 'ResponseHeaderModifier'),
        ...fieldOfType('requestMirror', 'RequestMirror'),
        ...fieldOfType('requestRedirect', 'RequestRedirect'),
        ...fieldOfType('urlRewrite', 'URLRewrite'),
        ...fieldOfType('extensionRef', 'ExtensionRef'),
        ...fieldOfType('externalAuth', 'ExternalAuth'),
      ],
    },
  )

/** One filter of an HTTPRoute. */
export interface HTTPRouteFilter extends Readonly<z.infer<ReturnType<typeof httpFilter>>> {}

/** Filters of an HTTPRoute. */
export const httpFilters = () =>
  atomic<HTTPRouteFilter>(httpFilter(), {
    maxItems: 16,
    rules: [
      rule(
        'May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both',
        "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
        (self) => !(self.some((filter) => filter.type === 'RequestRedirect') && self.some((filter) => filter.type === 'URLRewrite')),
      ),
      once('CORS'),
      once('RequestHeaderModifier'),
      once('ResponseHeaderModifier'),
      once('RequestRedirect'),
      once('URLRewrite'),
    ],
  })

const grpcFilter = () =>
  object(
    {
      extensionRef: localReference(),
      requestHeaderModifier: headerModifier(),
      requestMirror: mirror(),
      responseHeaderModifier: headerModifier(),
      type: enumeration(['ResponseHeaderModifier', 'RequestHeaderModifier', 'RequestMirror', 'ExtensionRef']),
    },
    {
      required: ['type'],
      rules: [
        ...fieldOfType('requestHeaderModifier', 'RequestHeaderModifier'),
        ...fieldOfType('responseHeaderModifier', 'ResponseHeaderModifier'),
        ...fieldOfType('requestMirror', 'RequestMirror'),
        ...fieldOfType('extensionRef', 'ExtensionRef'),
      ],
    },
  )

/** One filter of a GRPCRoute. */
export interface GRPCRouteFilter extends Readonly<z.infer<ReturnType<typeof grpcFilter>>> {}

/** Filters of a GRPCRoute. */
export const grpcFilters = () => atomic<GRPCRouteFilter>(grpcFilter(), { maxItems: 16, rules: [once('RequestHeaderModifier'), once('ResponseHeaderModifier')] })
