/** The servers that a Sidecar resource's `ingress` asks for, in place of those of the services. @see istio pilot/pkg/networking/core/listener_inbound.go */
import { refOf, type IstioIngressListener, type LoopbackPlan, type ServerTlsSettings } from '@istio-ts/api-types'
import { from } from '@istio-ts/foundation'
import { connectionPoolOf } from '../mesh/mesh-settings.ts'
import { LOOPBACK } from '../outbound/loopback-outbound.ts'
import { modeOnPort } from '../security/peer-policy.ts'
import { protocolNamed } from '../services/protocol.ts'
import type { DefaultEndpoint, InboundServer, ServerTls } from '../view/inbound-server.ts'
import type { PeerPolicy } from '../view/security-policy.ts'
import type { SidecarResource } from '../visibility/sidecar-scope.ts'
import type { InboundClass } from './inbound-class.ts'

/** One server per ingress listener; names and services come from the service on the same port, where there is one. */
export function sidecarIngress(sidecar: SidecarResource, servers: readonly InboundServer[], peer: PeerPolicy, inbound: InboundClass, plan: LoopbackPlan | undefined): readonly InboundServer[] {
  const ref = refOf(sidecar)
  return (sidecar.spec.ingress ?? []).flatMap((ingress, i): InboundServer[] => {
    const port = ingress.port.number ?? 0
    const served = servers.find((server) => server.servicePort === port || server.workloadPort === port)
    const listen = inbound.loopback === '' ? port : plan?.inbound.find((entry) => entry.targetPort === port)?.listen
    if (listen === undefined) return []
    // Mesh mTLS comes first: the user's own TLS takes its place only where a policy switches it off.
    const tls = modeOnPort(peer, port) === 'DISABLE' ? ingress.tls : undefined
    const named = protocolNamed(ingress.port.protocol ?? '')
    return [{
      workloadPort: port,
      servicePort: served?.servicePort ?? port,
      portName: ingress.port.name ?? '',
      protocol: named === undefined || named === 'udp' ? 'auto' : named,
      listenPort: listen,
      bind: inbound.loopback === '' ? bindOf(ingress, inbound) : LOOPBACK,
      mtls: modeOnPort(peer, port),
      ...(tls ? { tls: serverTls(tls) } : {}),
      defaultEndpoint: inbound.loopback === '' ? defaultEndpoint(ingress.defaultEndpoint, port) : onLoopback(defaultEndpoint(ingress.defaultEndpoint, port), port),
      services: served?.services ?? [],
      host: served?.host ?? `inbound.${sidecar.metadata.namespace}`,
      connectionPool: ingress.connectionPool ? connectionPoolOf(ingress.connectionPool) : connectionPoolOf(sidecar.spec.inboundConnectionPool),
      from: [from(ref, `spec.ingress[${i}]`), ...peer.from],
    }]
  })
}

/** A port of its own is opened where the user names an address or capture is off. */
const bindOf = (ingress: IstioIngressListener, inbound: InboundClass): string => {
  const isOpened = ingress.captureMode === 'NONE' || !inbound.captured
  return isOpened ? (ingress.bind !== undefined && ingress.bind !== '' ? ingress.bind : '0.0.0.0') : (ingress.bind ?? '')
}

/** `127.0.0.1:8080`, `0.0.0.0:8080` (the instance's own address), `unix:///path`; absent = where the connection was going. */
export function defaultEndpoint(text: string | undefined, port: number): DefaultEndpoint {
  if (text === undefined || text === '') return { kind: 'original-dst' }
  if (text.startsWith('unix://')) return { kind: 'unix', path: text.slice('unix://'.length) }
  const colon = text.lastIndexOf(':')
  return { kind: 'address', address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) || port }
}

/** In a local mesh an instance's own address is loopback's, and no connection tells where it was going: the process listens on the port itself. */
function onLoopback(endpoint: DefaultEndpoint, port: number): DefaultEndpoint {
  if (endpoint.kind === 'original-dst') return { kind: 'address', address: LOOPBACK, port }
  return endpoint.kind === 'address' && (endpoint.address === '0.0.0.0' || endpoint.address === '::') ? { ...endpoint, address: LOOPBACK } : endpoint
}

/** Server TLS settings with lists filled in. */
export const serverTls = (tls: ServerTlsSettings): ServerTls => ({
  mode: tls.mode ?? 'PASSTHROUGH',
  ...(tls.credentialName === undefined ? {} : { credentialName: tls.credentialName }),
  credentialNames: tls.credentialNames ?? [],
  ...(tls.caCertCredentialName === undefined ? {} : { caCertCredentialName: tls.caCertCredentialName }),
  ...(tls.serverCertificate === undefined ? {} : { serverCertificate: tls.serverCertificate }),
  ...(tls.privateKey === undefined ? {} : { privateKey: tls.privateKey }),
  ...(tls.caCertificates === undefined ? {} : { caCertificates: tls.caCertificates }),
  ...(tls.caCrl === undefined ? {} : { caCrl: tls.caCrl }),
  subjectAltNames: tls.subjectAltNames ?? [],
  verifyCertificateSpki: tls.verifyCertificateSpki ?? [],
  verifyCertificateHash: tls.verifyCertificateHash ?? [],
  ...(tls.minProtocolVersion === undefined ? {} : { minProtocolVersion: tls.minProtocolVersion }),
  ...(tls.maxProtocolVersion === undefined ? {} : { maxProtocolVersion: tls.maxProtocolVersion }),
  cipherSuites: tls.cipherSuites ?? [],
  httpsRedirect: tls.httpsRedirect ?? false,
})
