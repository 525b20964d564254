/** The schema of VirtualService, after Istio's CRD. */
import { destination, headerRules, percent } from '../../shared/destination.ts'
import { bool, bytes, duration, enumeration, int32, list, map, message, nullable, text, uint32, type Field } from '../../shared/schema/index.ts'
import { stringMatch } from '../../shared/string-match.ts'
import type * as vs from './types.ts'

/** Schema of the spec. */
export const virtualServiceSchema = (): Field<vs.VirtualServiceSpec> =>
  message<vs.VirtualServiceSpec>({
    exportTo: list(text()),
    gateways: list(text()),
    hosts: list(text()),
    http: list(httpRoute()),
    tcp: list(message<vs.TcpRoute>({ match: list(tcpMatch()), route: list(routeDestination()) })),
    tls: list(message<vs.TlsRoute>({ match: list(tlsMatch()), route: list(routeDestination()) }, { required: ['match'] })),
  })

const httpRoute = (): Field<vs.HttpRoute> =>
  message<vs.HttpRoute>({
    corsPolicy: corsPolicy(),
    delegate: message<vs.Delegate>({ name: text(), namespace: text() }),
    directResponse: directResponse(),
    fault: message<vs.HttpFaultInjection>({ abort: faultAbort(), delay: faultDelay() }),
    headers: headerRules(),
    match: list(httpMatch()),
    mirror: destination(),
    mirror_percent: nullable(uint32()),
    mirrorPercent: nullable(uint32()),
    mirrorPercentage: percent(),
    mirrors: list(message<vs.HttpMirrorPolicy>({ destination: destination(), percentage: percent() }, { required: ['destination'] })),
    name: text(),
    redirect: redirect(),
    retries: httpRetry(),
    rewrite: message<vs.HttpRewrite>({ authority: text(), uri: text(), uriRegexRewrite: message<vs.RegexRewrite>({ match: text(), rewrite: text() }) }),
    route: list(message<vs.HttpRouteDestination>({ destination: destination(), headers: headerRules(), weight: int32() }, { required: ['destination'] })),
    timeout: duration(),
  })

const httpMatch = (): Field<vs.HttpMatchRequest> => {
  const match = stringMatch()
  return message<vs.HttpMatchRequest>({
    authority: match,
    gateways: list(text()),
    headers: map(match),
    ignoreUriCase: bool(),
    method: match,
    name: text(),
    port: uint32(),
    queryParams: map(match),
    scheme: match,
    sourceLabels: map(text()),
    sourceNamespace: text(),
    statPrefix: text(),
    uri: match,
    withoutHeaders: map(match),
  })
}

const corsPolicy = (): Field<vs.CorsPolicy> =>
  message<vs.CorsPolicy>({
    allowCredentials: nullable(bool()),
    allowHeaders: list(text()),
    allowMethods: list(text()),
    allowOrigin: list(text()),
    allowOrigins: list(stringMatch()),
    exposeHeaders: list(text()),
    maxAge: duration(),
    unmatchedPreflights: enumeration(['UNSPECIFIED', 'FORWARD', 'IGNORE']),
  })

const directResponse = (): Field<vs.HttpDirectResponse> =>
  message<vs.HttpDirectResponse>(
    { body: message<vs.HttpBody>({ bytes: bytes(), string: text() }, { oneOf: [['string', 'bytes']] }), status: uint32() },
    { required: ['status'] },
  )

const faultAbort = (): Field<vs.FaultAbort> =>
  message<vs.FaultAbort>(
    { grpcStatus: text(), http2Error: text(), httpStatus: int32(), percentage: percent() },
    { oneOf: [['httpStatus', 'grpcStatus', 'http2Error']] },
  )

const faultDelay = (): Field<vs.FaultDelay> =>
  message<vs.FaultDelay>(
    { exponentialDelay: duration(), fixedDelay: duration(), percent: int32(), percentage: percent() },
    { oneOf: [['fixedDelay', 'exponentialDelay']] },
  )

const redirect = (): Field<vs.HttpRedirect> =>
  message<vs.HttpRedirect>(
    {
      authority: text(),
      derivePort: enumeration(['FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT']),
      port: uint32(),
      prefixRewrite: text(),
      redirectCode: uint32(),
      scheme: text(),
      uri: text(),
    },
    { oneOf: [['port', 'derivePort']] },
  )

/** Schema of {@link vs.HttpRetry}; mesh config has one too. */
export const httpRetry = (): Field<vs.HttpRetry> =>
  message<vs.HttpRetry>({
    attempts: int32(),
    backoff: duration(),
    perTryTimeout: duration(),
    retryIgnorePreviousHosts: nullable(bool()),
    retryOn: text(),
    retryRemoteLocalities: nullable(bool()),
  })

const l4Match = () => ({ destinationSubnets: list(text()), gateways: list(text()), port: uint32(), sourceLabels: map(text()), sourceNamespace: text() })

const tcpMatch = (): Field<vs.TcpMatchAttributes> => message<vs.TcpMatchAttributes>({ ...l4Match(), sourceSubnet: text() })

const tlsMatch = (): Field<vs.TlsMatchAttributes> => message<vs.TlsMatchAttributes>({ ...l4Match(), sniHosts: list(text()) }, { required: ['sniHosts'] })

const routeDestination = (): Field<vs.RouteDestination> =>
  message<vs.RouteDestination>({ destination: destination(), weight: int32() }, { required: ['destination'] })
