/** Parts of networking kinds that the mesh configuration holds too. */
import * as z from 'zod'
import { bool, duration, enumeration, int32, list, map, message, text, uint32 } from './message.ts'

/** TCP keep-alive of upstream sockets. */
export const tcpKeepalive = () => message({ probes: uint32(), time: duration(), interval: duration() })

/** TLS towards a service of the control plane's own. */
export const clientTls = () =>
  message({
    mode: enumeration(['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']),
    clientCertificate: text(),
    privateKey: text(),
    caCertificates: text(),
    credentialName: text(),
    subjectAltNames: list(text()),
    sni: text(),
    insecureSkipVerify: bool(),
    caCrl: text(),
  })

/** Where traffic goes when a locality has no healthy endpoint. */
const failover = () => list(message({ from: text(), to: text() }))

/** Locality load balancing; exactly one of distribute, failover and failoverPriority. */
export const localityLb = () =>
  message({
    distribute: list(message({ from: text(), to: map(uint32()) })),
    failover: failover(),
    failoverPriority: list(text()),
    enabled: bool(),
  })

/** Zone-aware load balancing. */
export const zoneAwareLb = () =>
  message({ enabled: bool(), failover: failover(), failoverPriority: list(text()), minClusterSize: uint32() })

/** When and how often a request is tried again. */
export const httpRetry = () =>
  message({
    attempts: int32(),
    perTryTimeout: duration(),
    retryOn: text(),
    retryRemoteLocalities: bool(),
    retryIgnorePreviousHosts: bool(),
    backoff: duration(),
  })

const h2UpgradePolicy = () => enumeration(['DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'])

/** Limits of the connections to a service. */
export const connectionPool = () =>
  message({
    tcp: message({
      maxConnections: int32(),
      connectTimeout: duration(),
      tcpKeepalive: tcpKeepalive(),
      maxConnectionDuration: duration(),
      idleTimeout: duration(),
    }),
    http: message({
      http1MaxPendingRequests: int32(),
      http2MaxRequests: int32(),
      maxRequestsPerConnection: int32(),
      maxRetries: int32(),
      idleTimeout: duration(),
      h2UpgradePolicy: h2UpgradePolicy(),
      useClientProtocol: bool(),
      maxConcurrentStreams: int32(),
      http2KeepAlive: message({ interval: duration(), timeout: duration() }),
    }),
  })

/** When an endpoint is taken out for a while. */
export const outlierDetection = () =>
  message({
    consecutiveErrors: int32(),
    splitExternalLocalOriginErrors: bool(),
    consecutiveLocalOriginFailures: uint32(),
    consecutiveGatewayErrors: uint32(),
    consecutive5xxErrors: uint32(),
    interval: duration(),
    baseEjectionTime: duration(),
    maxEjectionPercent: int32(),
    minHealthPercent: int32(),
    outlierDetectionHttpErrorCodes: list(uint32()),
  })

/** A readiness probe of an application. */
export const readinessProbe = () =>
  message({
    initialDelaySeconds: int32(),
    timeoutSeconds: int32(),
    periodSeconds: int32(),
    successThreshold: int32(),
    failureThreshold: int32(),
    httpGet: message({ path: text(), port: uint32(), host: text(), scheme: text(), httpHeaders: list(message({ name: text(), value: text() })) }),
    tcpSocket: message({ port: uint32(), host: text() }),
    exec: message({ command: list(text()) }),
    grpc: message({ port: uint32(), service: text() }),
  })

/** A Kubernetes label selector. */
export const labelSelector = () =>
  message({
    matchLabels: map(text()),
    matchExpressions: list(z.object({ key: text(), operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: z.exactOptional(list(text())) })),
  })
