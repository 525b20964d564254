/** Istio's rules for extension providers. */
import { apiDiagnostics as found } from '../../diagnostics.ts'
import { parseUrl } from '../../istio/policy/url.ts'
import { checkIpAddress, checkPort, isIpAddress } from '../../validation/addresses.ts'
import { checkNamespacedHost, domainProblem } from '../../validation/domains.ts'
import { collect, type Findings } from '../../validation/findings.ts'
import type { ExtensionProvider } from '../extension-provider.ts'

/** Rules for `extensionProviders`. Istio only logs them, because a wrong provider that nobody names does no harm; so they are warnings. */
export function checkExtensionProviders(providers: readonly ExtensionProvider[], at: Findings): void {
  const names = new Set<string>()
  providers.forEach((provider, i) => {
    const place = at.at(i)
    const name = provider.name ?? ''
    if (name === '') place.at('name').add(found.questionable('empty extension provider name', 'Name the provider.'))
    else if (names.has(name)) place.at('name').add(found.questionable(`duplicate extension provider name ${name}`, 'Give each provider its own name.'))
    names.add(name)
    for (const { finding, path } of collect((inside) => checkExtensionProvider(provider, inside))) {
      path.reduce<Findings>((below, step) => below.at(step), place).add({ ...finding, severity: 'warning' })
    }
  })
}

/** A service and its port. */
export interface ProviderService {
  readonly service?: string
  readonly port?: number
}

/** What a kind of provider asks for; a kind that is not here needs nothing. */
const CHECKS = {
  envoyExtAuthzHttp: checkExtAuthzHttp,
  envoyExtAuthzGrpc: checkExtAuthzGrpc,
  zipkin: checkProviderService,
  lightstep: checkLightstepProvider,
  datadog: checkProviderService,
  opencensus: checkProviderService,
  skywalking: checkProviderService,
  opentelemetry: checkOpenTelemetry,
  envoyOtelAls: checkProviderService,
  envoyHttpAls: checkProviderService,
  envoyTcpAls: checkProviderService,
  sds: checkProviderService,
} satisfies { [Kind in keyof ExtensionProvider]?: (config: NonNullable<ExtensionProvider[Kind]>, at: Findings) => void }

const KINDS: readonly (keyof ExtensionProvider)[] = [
  'envoyExtAuthzHttp', 'envoyExtAuthzGrpc', 'zipkin', 'lightstep', 'datadog', 'stackdriver', 'opencensus', 'skywalking', 'opentelemetry', 'prometheus',
  'envoyFileAccessLog', 'envoyHttpAls', 'envoyTcpAls', 'envoyOtelAls', 'sds',
]

/** Rules for one provider. */
export function checkExtensionProvider(provider: ExtensionProvider, at: Findings): void {
  const kinds = KINDS.filter((kind) => provider[kind] !== undefined)
  if (kinds.length !== 1) at.add(found.questionable(kinds.length === 0 ? 'unsupported provider: none of the known ones is set' : `only one of ${kinds.join(', ')} may be set`, 'Give exactly one.'))
  for (const kind of Object.keys(CHECKS) as (keyof typeof CHECKS)[]) {
    const config = provider[kind]
    const check: ((config: never, at: Findings) => void) = CHECKS[kind]
    if (config) check(config as never, at.at(kind))
  }
}

/** A provider is reached by a DNS name, an IP address or `namespace/name`, and a port. */
export function checkProviderService(provider: ProviderService, at: Findings): void {
  checkServiceName(provider.service ?? '', at.at('service'))
  checkPort(provider.port ?? 0, at.at('port'))
}

/** Rules for the `service` of a provider. */
export function checkServiceName(service: string, at: Findings): void {
  if (service === '') at.add(found.missing('service must not be empty'))
  else if (service.includes('/')) checkNamespacedHost(service, 'sidecar', at)
  else if (domainProblem(service) !== undefined && !isIpAddress(service)) checkIpAddress(service, at)
}

/** What an external authorizer over gRPC says of itself. */
export interface ExtAuthzProvider extends ProviderService {
  readonly statusOnError?: string
}

/** Rules for an external authorizer over gRPC. */
export function checkExtAuthzGrpc(provider: ExtAuthzProvider, at: Findings): void {
  checkProviderService(provider, at)
  checkStatusOnError(provider.statusOnError, at)
}

/** Rules for an external authorizer over HTTP. */
export function checkExtAuthzHttp(provider: ExtAuthzProvider & { readonly pathPrefix?: string }, at: Findings): void {
  checkExtAuthzGrpc(provider, at)
  checkPathPrefix(provider.pathPrefix, at.at('pathPrefix'))
}

/** Rules for a Lightstep provider. */
export function checkLightstepProvider(provider: ProviderService & { readonly accessToken?: string }, at: Findings): void {
  checkProviderService(provider, at)
  if (!provider.accessToken) at.at('accessToken').add(found.missing('access token is required'))
}

/** Rules for an OpenTelemetry tracing provider. */
export function checkOpenTelemetry(provider: ProviderService & { readonly grpc?: object; readonly http?: object }, at: Findings): void {
  checkProviderService(provider, at)
  if (provider.grpc && provider.http) at.add(found.conflict('OpenTelemetryTracingProvider cannot specify both grpc and http'))
}

/** Status codes Envoy has a name for. @see envoy type/v3/http_status.proto */
const STATUS: ReadonlySet<number> = new Set([
  0, 100, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409,
  410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 426, 428, 429, 431, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
])

function checkStatusOnError(status: string | undefined, at: Findings): void {
  if (status && !(/^[+-]?\d+$/.test(status) && STATUS.has(Number(status)))) at.at('statusOnError').add(found.outOfRange(`unsupported statusOnError value ${status}`, 'Write a status such as 403.'))
}

function checkPathPrefix(prefix: string | undefined, at: Findings): void {
  if (!prefix) return
  if (!parseUrl(prefix)) at.add(found.invalidValue(`invalid pathPrefix ${prefix}`))
  if (!prefix.startsWith('/')) at.add(found.invalidValue(`pathPrefix should begin with \`/\` but found ${JSON.stringify(prefix)}`))
}
