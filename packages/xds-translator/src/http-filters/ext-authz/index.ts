/** `ext_authz`: asks an external authorizer of MeshConfig `extensionProviders`. */
import type { ExternalAuthorizer } from '@istio-ts/mesh-model'
import { parseDuration } from '@istio-ts/foundation'
import { valueMatcher } from '../../authorization/value-match.ts'
import { outboundCluster } from '../../names/cluster-name.ts'
import { duration } from '../../wire/duration.ts'
import { present, typed, type Message } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

type Options = Readonly<Record<string, unknown>>

/** For HTTP requests, by an HTTP or gRPC authorizer. */
export const httpExtAuthz = (provider: string, settings: ExternalAuthorizer): NamedExtension =>
  extension('envoy.filters.http.ext_authz', typed('envoy.extensions.filters.http.ext_authz.v3.ExtAuthz', present({
    transportApiVersion: 'V3',
    filterEnabledMetadata: enabledBy('envoy.filters.http.rbac', provider),
    failureModeAllow: settings.options['failOpen'] === true || undefined,
    statusOnError: statusOnError(settings.options['statusOnError']),
    withRequestBody: requestBody(settings.options['includeRequestBodyInCheck']),
    ...(settings.kind === 'grpc' ? { grpcService: grpcService(settings) } : httpService(settings)),
  })))

/** For opaque connections; only gRPC authorizers can be asked. */
export const networkExtAuthz = (provider: string, settings: ExternalAuthorizer): NamedExtension =>
  extension('envoy.filters.network.ext_authz', typed('envoy.extensions.filters.network.ext_authz.v3.ExtAuthz', present({
    statPrefix: 'tcp.',
    transportApiVersion: 'V3',
    filterEnabledMetadata: enabledBy('envoy.filters.network.rbac', provider),
    failureModeAllow: settings.options['failOpen'] === true || undefined,
    grpcService: grpcService(settings),
  })))

/** Only what the shadow RBAC marked with a policy of this provider is asked about. */
const enabledBy = (filter: string, provider: string): Message => ({
  filter, path: [{ key: 'istio_ext_authz_shadow_effective_policy_id' }], value: { stringMatch: { prefix: `istio-ext-authz-${provider}` } },
})

/** Istio's default is 600 s: an authorizer may itself ask people. */
const timeoutOf = (options: Options): string => {
  const written = options['timeout']
  const ms = typeof written === 'string' ? parseDuration(written) : undefined
  return duration(typeof ms === 'number' ? ms : 600_000)
}

const clusterOf = (settings: ExternalAuthorizer): string => outboundCluster(settings.host, settings.port)

const grpcService = (settings: ExternalAuthorizer): Message => ({
  envoyGrpc: { clusterName: clusterOf(settings), authority: settings.host }, timeout: timeoutOf(settings.options),
})

function httpService(settings: ExternalAuthorizer): Message {
  const { options } = settings
  const checked = strings(options['includeRequestHeadersInCheck'] ?? options['includeHeadersInCheck'])
  const additional = Object.entries(record(options['includeAdditionalHeadersInCheck'])).sort(([a], [b]) => (a < b ? -1 : 1))
  const response = present({
    allowedUpstreamHeaders: patterns(strings(options['headersToUpstreamOnAllow'])),
    allowedClientHeaders: patterns(strings(options['headersToDownstreamOnDeny'])),
    allowedClientHeadersOnSuccess: patterns(strings(options['headersToDownstreamOnAllow'])),
  })
  return present({
    allowedHeaders: patterns(checked),
    httpService: present({
      pathPrefix: typeof options['pathPrefix'] === 'string' && options['pathPrefix'] !== '' ? options['pathPrefix'] : undefined,
      serverUri: { uri: `http://${settings.host}`, cluster: clusterOf(settings), timeout: timeoutOf(options) },
      authorizationRequest: additional.length === 0 ? undefined : { headersToAdd: additional.map(([key, value]) => ({ key, value })) },
      authorizationResponse: Object.keys(response).length === 0 ? undefined : response,
    }),
  })
}

const patterns = (names: readonly string[]): Message | undefined =>
  names.length === 0 ? undefined : { patterns: names.map((name) => ({ ...valueMatcher(name), ignoreCase: true })) }

function requestBody(value: unknown): Message | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const body = record(value)
  return present({
    maxRequestBytes: body['maxRequestBytes'],
    allowPartialMessage: body['allowPartialMessage'] === true || undefined,
    packAsBytes: body['packAsBytes'] === true || undefined,
  })
}

/** Envoy's names of the status codes that an authorizer may be replaced by. @see envoy/type/v3/http_status.proto */
const STATUS_NAMES: Readonly<Record<string, string>> = {
  400: 'BadRequest', 401: 'Unauthorized', 402: 'PaymentRequired', 403: 'Forbidden', 404: 'NotFound', 405: 'MethodNotAllowed', 406: 'NotAcceptable',
  407: 'ProxyAuthenticationRequired', 408: 'RequestTimeout', 409: 'Conflict', 410: 'Gone', 411: 'LengthRequired', 412: 'PreconditionFailed',
  413: 'PayloadTooLarge', 414: 'URITooLong', 415: 'UnsupportedMediaType', 417: 'ExpectationFailed', 422: 'UnprocessableEntity', 429: 'TooManyRequests',
  500: 'InternalServerError', 501: 'NotImplemented', 502: 'BadGateway', 503: 'ServiceUnavailable', 504: 'GatewayTimeout',
}

const statusOnError = (status: unknown): Message | undefined => {
  const name = typeof status === 'string' || typeof status === 'number' ? STATUS_NAMES[String(status)] : undefined
  return name === undefined ? undefined : { code: name }
}

const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [])
const record = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {})
