/** The ways into a port by mTLS mode and protocol: what is matched, where TLS ends, what reads the bytes. */
import type { MutualTlsMode, Protocol } from '@istio-ts/mesh-model'
import { describe, expect, it } from 'vitest'
import { capturedView } from '../testing/sample-view.ts'
import { inboundChains, inspectors, type InboundPort } from './inbound-chains.ts'
import { inspector, HTTP_INSPECTOR, TLS_INSPECTOR } from './listener-filters.ts'
import { listenerScope } from './scope.ts'

const port = (protocol: Protocol, mtls: MutualTlsMode): InboundPort =>
  ({ port: 8080, protocol, mtls, cluster: 'inbound|8080||', names: { http: 'h', tcp: 't' }, statPrefix: 's', routes: {}, from: [] })

/** `tls[alpn] -> mTLS HTTP` and the like. */
const ways = (protocol: Protocol, mtls: MutualTlsMode): readonly string[] => inboundChains(port(protocol, mtls), listenerScope(capturedView())).map((chain) => {
  const text = JSON.stringify(chain)
  const match = /"transportProtocol":"(\w+)"/.exec(text)?.[1]
  const alpn = /"applicationProtocols":\[([^\]]*)\]/.exec(text)?.[1]?.replaceAll('"', '') ?? ''
  return `${match}[${alpn}] ${chain['transportSocket'] === undefined ? '' : 'mTLS '}${chain['name'] === 'h' ? 'HTTP' : 'TCP'}`
})

const MESH = 'istio,istio-peer-exchange,istio-http/1.0,istio-http/1.1,istio-h2'
const MESH_HTTP = 'istio-http/1.0,istio-http/1.1,istio-h2'

describe('inboundChains', () => {
  it.each([
    ['http', 'PERMISSIVE', [`tls[${MESH}] mTLS HTTP`, 'raw_buffer[] HTTP']],
    ['http', 'STRICT', ['tls[] mTLS HTTP']],
    ['http', 'DISABLE', ['raw_buffer[] HTTP']],
    ['tcp', 'PERMISSIVE', [`tls[${MESH}] mTLS TCP`, 'tls[] TCP', 'raw_buffer[] TCP']],
    ['tcp', 'STRICT', ['tls[] mTLS TCP']],
    ['tcp', 'DISABLE', ['raw_buffer[] TCP']],
    ['auto', 'PERMISSIVE', [`tls[${MESH_HTTP}] mTLS HTTP`, 'raw_buffer[http/1.1,h2c] HTTP', 'tls[istio-peer-exchange,istio] mTLS TCP', 'raw_buffer[] TCP', 'tls[] TCP']],
    ['auto', 'STRICT', [`tls[${MESH_HTTP}] mTLS HTTP`, 'tls[] mTLS TCP']],
    ['auto', 'DISABLE', ['raw_buffer[http/1.1,h2c] HTTP', 'raw_buffer[] TCP']],
  ] as const)('%s %s', (protocol, mtls, expected) => expect(ways(protocol, mtls)).toEqual(expected))

  it('never takes plain bytes on a STRICT port', () => {
    for (const protocol of ['http', 'http2', 'grpc', 'tcp', 'tls', 'mongo', 'auto'] as const) {
      for (const way of ways(protocol, 'STRICT')) expect(way).toMatch(/^tls\[.*\] mTLS /)
    }
  })

  it('looks into connections only where chains differ by what is inside', () => {
    expect(inspectors(port('http', 'PERMISSIVE'))).toEqual({ tls: true, http: false })
    expect(inspectors(port('auto', 'PERMISSIVE'))).toEqual({ tls: true, http: true })
    expect(inspectors(port('http', 'DISABLE'))).toEqual({ tls: false, http: false })
  })
})

describe('inspector', () => {
  it('is switched off on ports that do not need it, or on where only some do', () => {
    expect(inspector(HTTP_INSPECTOR, { other: true, ports: new Map([[80, true], [90, false], [70, false]]) })?.['filterDisabled'])
      .toEqual({ orMatch: { rules: [{ destinationPortRange: { start: 70, end: 71 } }, { destinationPortRange: { start: 90, end: 91 } }] } })
    expect(inspector(TLS_INSPECTOR, { other: false, ports: new Map([[80, true], [90, false]]) })?.['filterDisabled'])
      .toEqual({ notMatch: { destinationPortRange: { start: 80, end: 81 } } })
    expect(inspector(TLS_INSPECTOR, { other: false, ports: new Map([[80, false]]) })).toBeUndefined()
    expect(inspector(TLS_INSPECTOR, { other: true, ports: new Map() })?.['filterDisabled']).toBeUndefined()
  })
})
