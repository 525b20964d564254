/** HTTPRoute: how HTTP requests are routed. @see https://gateway-api.sigs.k8s.io/api-types/httproute */
import type * as z from 'zod'
import { parseDuration } from '@istio-ts/foundation'
import { enumeration, has, list, plainInteger, rule, text, type CelRule } from '../../istio/shared/schema/index.ts'
import { headerName, headerValue, httpFilters, type HTTPRouteFilter } from '../filters.ts'
import { AGE, gatewayApiKind, type GatewayApiKind } from '../kind.ts'
import { backendFields, gatewayDuration, hostnames, routeFields, routeStatus, sectionName, servicePortRule, sessionPersistence, uniqueRuleName, weight } from '../parts.ts'
import { atomic, filled, filledAs, object, set } from '../schema.ts'
import type { RouteStatus } from '../l4-routes/index.ts'

const PLAIN = "(self.type in ['Exact','PathPrefix'])"
const CHARACTERS = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$"
const ANY_PATH = { type: 'PathPrefix', value: '/' } as const

interface Path {
  readonly type: string
  readonly value: string
}

/** A rule for paths that are no regular expressions. */
const plainRule = (message: string, cel: string, holds: (value: string) => boolean): CelRule<Path> =>
  rule(message, `${PLAIN} ? ${cel} : true`, (self) => !(self.type === 'Exact' || self.type === 'PathPrefix') || holds(self.value))

const without = (part: string): CelRule<Path> =>
  plainRule(`must not contain '${part}' when type one of ['Exact', 'PathPrefix']`, `!self.value.contains('${part}')`, (value) => !value.includes(part))
const notAtEnd = (part: string): CelRule<Path> =>
  plainRule(`must not end with '${part}' when type one of ['Exact', 'PathPrefix']`, `!self.value.endsWith('${part}')`, (value) => !value.endsWith(part))

const pathMatch = () =>
  object(
    { type: filled(enumeration(['Exact', 'PathPrefix', 'RegularExpression']), 'PathPrefix'), value: filled(text({ maxLength: 1024 }), '/') },
    {
      rules: [
        plainRule("value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']", "self.value.startsWith('/')", (value) => value.startsWith('/')),
        without('//'),
        without('/./'),
        without('/../'),
        without('%2f'),
        without('%2F'),
        without('#'),
        notAtEnd('/..'),
        notAtEnd('/.'),
        rule("type must be one of ['Exact', 'PathPrefix', 'RegularExpression']", "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'", () => true),
        plainRule(`must only contain valid characters (matching ${CHARACTERS}) for types ['Exact', 'PathPrefix']`, `self.value.matches(r"""${CHARACTERS}""")`, (value) =>
          new RegExp(CHARACTERS).test(value),
        ),
      ],
    },
  )

const matchType = () => filled(enumeration(['Exact', 'RegularExpression']), 'Exact')

const match = () =>
  object({
    headers: list(object({ name: headerName(), type: matchType(), value: headerValue() }, { required: ['name', 'value'] }), { maxItems: 16, mapKeys: ['name'] }),
    method: enumeration(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']),
    path: filled(pathMatch(), ANY_PATH),
    queryParams: list(object({ name: headerName(), type: matchType(), value: text({ minLength: 1, maxLength: 1024 }) }, { required: ['name', 'value'] }), { maxItems: 16, mapKeys: ['name'] }),
  })

const backendRef = () => object({ ...backendFields(), filters: httpFilters(), weight: weight() }, { required: ['name'], rules: [servicePortRule()] })

const retry = () => object({ attempts: plainInteger({ minimum: 1 }), backoff: gatewayDuration(), codes: set(plainInteger({ minimum: 400, maximum: 599 })) })

const timeouts = () =>
  object(
    { backendRequest: gatewayDuration(), request: gatewayDuration() },
    {
      rules: [
        rule(
          'backendRequest timeout cannot be longer than request timeout',
          "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
          ({ request, backendRequest }) => {
            if (request === undefined || backendRequest === undefined) return true
            const [whole, part] = [parseDuration(request), parseDuration(backendRequest)]
            if (whole === 0) return true
            return whole === undefined || part === undefined ? "type conversion error from 'string' to 'google.protobuf.Duration'" : part <= whole
          },
        ),
      ],
    },
  )

interface RuleLike {
  readonly matches: readonly { readonly path: Path }[]
  readonly filters?: readonly HTTPRouteFilter[]
  readonly backendRefs?: readonly { readonly filters?: readonly HTTPRouteFilter[] }[]
}

type PathField = 'requestRedirect' | 'urlRewrite'

const replacesPrefix = (field: PathField) => (filters: readonly HTTPRouteFilter[] | undefined): boolean =>
  (filters ?? []).filter((filter) => filter[field]?.path?.type === 'ReplacePrefixMatch' && has(filter[field].path.replacePrefixMatch)).length === 1

const isOnePrefix = (self: RuleLike): boolean => self.matches.length === 1 && self.matches[0]?.path.type === 'PathPrefix'

const replaces = (field: PathField): string =>
  `f, has(f.${field}) && has(f.${field}.path) && f.${field}.path.type == 'ReplacePrefixMatch' && has(f.${field}.path.replacePrefixMatch)`
const ONE_PREFIX = "((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true)"

/** Which prefix is replaced must be clear. */
const onePrefix = (message: string, field: PathField): CelRule<RuleLike> =>
  rule(message, `(has(self.filters) && self.filters.exists_one(${replaces(field)})) ? ${ONE_PREFIX} : true`, (self) => !replacesPrefix(field)(self.filters) || isOnePrefix(self))

const onePrefixOfBackend = (message: string, field: PathField): CelRule<RuleLike> =>
  rule(
    message,
    `(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(${replaces(field)})) )) ? ${ONE_PREFIX} : true`,
    (self) => (self.backendRefs ?? []).filter((backend) => replacesPrefix(field)(backend.filters)).length !== 1 || isOnePrefix(self),
  )

const routeRule = () =>
  object(
    {
      backendRefs: atomic(backendRef(), { maxItems: 16 }),
      filters: httpFilters(),
      matches: filledAs(atomic(match(), { maxItems: 64 }), [{ path: ANY_PATH }], [{ path: ANY_PATH }]),
      name: sectionName(),
      retry: retry(),
      sessionPersistence: sessionPersistence(),
      timeouts: timeouts(),
    },
    {
      rules: [
        rule(
          'RequestRedirect filter must not be used together with backendRefs',
          '(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true',
          (self) => (self.backendRefs ?? []).length === 0 || (self.filters ?? []).every((filter) => !has(filter.requestRedirect)),
        ),
        onePrefix('When using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified', 'requestRedirect'),
        onePrefix('When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified', 'urlRewrite'),
        onePrefixOfBackend('Within backendRefs, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified', 'requestRedirect'),
        onePrefixOfBackend('Within backendRefs, When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified', 'urlRewrite'),
      ],
    },
  )

/** One rule of an HTTPRoute. */
export interface HTTPRouteRule extends Readonly<z.infer<ReturnType<typeof routeRule>>> {}

const MAX_RULES = 16
const TOO_MANY = 'While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128'

/** The rule that bounds all matches of a route; CEL of a CRD has no sum, so its text spells all terms. */
export const totalMatches = <T extends { readonly matches?: readonly unknown[] }>(size: (rule: string) => string): CelRule<readonly T[]> =>
  rule(
    TOO_MANY,
    `${Array.from({ length: MAX_RULES }, (_, i) => `(self.size() > ${i} ? ${size(`self[${i}]`)} : 0)`).join(' + ')} <= 128`,
    (self) => self.reduce((sum, { matches }) => sum + (matches?.length ?? 0), 0) <= 128,
  )

const rules = () =>
  filledAs(
    atomic<HTTPRouteRule>(routeRule(), { minItems: 1, maxItems: MAX_RULES, rules: [totalMatches((self) => `${self}.matches.size()`), uniqueRuleName()] }),
    [{ matches: [{ path: ANY_PATH }] }],
    [{ matches: [{ path: ANY_PATH }] }],
  )

const httpRouteSpec = () => object({ ...routeFields(), hostnames: hostnames(), rules: rules() })

/** Spec of an HTTPRoute. */
export interface HTTPRouteSpec extends Readonly<z.infer<ReturnType<typeof httpRouteSpec>>> {}

/** The kind `gateway.networking.k8s.io/v1/HTTPRoute`. */
export const HTTPRoute: GatewayApiKind<HTTPRouteSpec, RouteStatus> = gatewayApiKind<HTTPRouteSpec, RouteStatus>({
  kind: 'HTTPRoute',
  plural: 'httproutes',
  versions: ['v1', 'v1beta1'],
  columns: [{ name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames' }, AGE],
  schema: httpRouteSpec,
  status: routeStatus,
})
