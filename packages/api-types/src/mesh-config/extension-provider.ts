/** Extension providers: services that the Telemetry and AuthorizationPolicy kinds name. */
import type * as z from 'zod'
import { bool, duration, empty, enumeration, int32, int64, list, map, message, struct, text, uint32, type DeepReadonly } from './message.ts'
import { traceContext } from './proxy-config.ts'

const httpHeader = () => message({ name: text(), value: text(), envName: text() })
const httpService = () => message({ path: text(), timeout: duration(), headers: list(httpHeader()) })
const requestBody = () => message({ maxRequestBytes: uint32(), allowPartialMessage: bool(), packAsBytes: bool() })
const logFormat = () => message({ text: text(), labels: struct() })

const extAuthzHttp = () =>
  message({
    service: text(),
    port: uint32(),
    timeout: duration(),
    pathPrefix: text(),
    failOpen: bool(),
    clearRouteCache: bool(),
    statusOnError: text(),
    includeHeadersInCheck: list(text()),
    includeRequestHeadersInCheck: list(text()),
    includeAdditionalHeadersInCheck: map(text()),
    includeRequestBodyInCheck: requestBody(),
    headersToUpstreamOnAllow: list(text()),
    headersToDownstreamOnDeny: list(text()),
    headersToDownstreamOnAllow: list(text()),
  })

const extAuthzGrpc = () =>
  message({
    service: text(),
    port: uint32(),
    timeout: duration(),
    failOpen: bool(),
    clearRouteCache: bool(),
    statusOnError: text(),
    includeRequestBodyInCheck: requestBody(),
  })

const zipkin = () =>
  message({
    service: text(),
    port: uint32(),
    maxTagLength: uint32(),
    enable64bitTraceId: bool(),
    path: text(),
    traceContextOption: enumeration(['USE_B3', 'USE_B3_WITH_W3C_PROPAGATION']),
    timeout: duration(),
    headers: list(httpHeader()),
  })

const stackdriver = () =>
  message({
    debug: bool(),
    maxNumberOfAttributes: int64(),
    maxNumberOfAnnotations: int64(),
    maxNumberOfMessageEvents: int64(),
    maxTagLength: uint32(),
    logging: message({ labels: map(text()) }),
  })

const opentelemetry = () =>
  message({
    service: text(),
    port: uint32(),
    maxTagLength: uint32(),
    http: httpService(),
    grpc: message({ timeout: duration(), initialMetadata: list(httpHeader()) }),
    resourceDetectors: message({ environment: empty(), dynatrace: empty() }),
    serviceAttributeEnrichment: enumeration(['ISTIO_CANONICAL', 'OTEL_SEMANTIC_CONVENTIONS']),
    dynatraceSampler: message({
      tenant: text(),
      clusterId: int32(),
      rootSpansPerMinute: uint32(),
      httpService: message({ service: text(), port: uint32(), http: httpService() }),
    }),
  })

const als = () => ({ service: text(), port: uint32(), logName: text() })

/** Schema of one provider: a name and exactly one of the other fields. */
export const extensionProviderMessage = () =>
  message({
    name: text(),
    envoyExtAuthzHttp: extAuthzHttp(),
    envoyExtAuthzGrpc: extAuthzGrpc(),
    zipkin: zipkin(),
    lightstep: message({ service: text(), port: uint32(), accessToken: text(), maxTagLength: uint32() }),
    datadog: message({ service: text(), port: uint32(), maxTagLength: uint32() }),
    stackdriver: stackdriver(),
    opencensus: message({ service: text(), port: uint32(), context: list(traceContext()), maxTagLength: uint32() }),
    skywalking: message({ service: text(), port: uint32(), accessToken: text() }),
    opentelemetry: opentelemetry(),
    prometheus: empty(),
    envoyFileAccessLog: message({ path: text(), logFormat: logFormat(), omitEmptyValues: bool() }),
    envoyHttpAls: message({
      ...als(),
      filterStateObjectsToLog: list(text()),
      additionalRequestHeadersToLog: list(text()),
      additionalResponseHeadersToLog: list(text()),
      additionalResponseTrailersToLog: list(text()),
    }),
    envoyTcpAls: message({ ...als(), filterStateObjectsToLog: list(text()) }),
    envoyOtelAls: message({ ...als(), logFormat: logFormat() }),
    sds: message({ name: text(), service: text(), port: uint32() }),
  })

/** One provider, as written. */
export interface ExtensionProvider extends DeepReadonly<z.infer<ReturnType<typeof extensionProviderMessage>>> {}
