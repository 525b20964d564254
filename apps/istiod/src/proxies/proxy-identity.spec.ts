/** What a client may say of itself. Each refusal here goes red when its check is taken out. */
import { describe, expect, it } from 'vitest'
import type { XdsNode } from '@istio-ts/xds-protocol'
import { proxyIdentity } from './proxy-identity.ts'

const node = (more: Partial<XdsNode> = {}): XdsNode => ({
  id: 'sidecar~10.0.0.1~cart-1.default~default.svc.cluster.local', cluster: 'cart.default', locality: { region: 'r', zone: 'z', subZone: '' }, userAgentName: '', extensions: [], clientFeatures: [],
  metadata: { NAMESPACE: 'default', SERVICE_ACCOUNT: 'cart', LABELS: { app: 'cart', odd: 1 }, INSTANCE_IPS: '10.0.0.1,fd00::1', INTERCEPTION_MODE: 'TPROXY', ISTIO_TS_PROVENANCE: 'true', LOOPBACK: 'default/cart' }, ...more,
})
const caller = { identity: { trustDomain: 'cluster.local', namespace: 'default', serviceAccount: 'cart' }, by: 'certificate' } as const

it('is read from the node', () => {
  expect(proxyIdentity(node(), caller)).toMatchObject({
    type: 'sidecar', name: 'cart-1', namespace: 'default', ips: ['10.0.0.1', 'fd00::1'], labels: { app: 'cart' }, serviceAccount: 'cart', cluster: 'Kubernetes', interceptionMode: 'TPROXY',
    extensions: 'all', wantsProvenance: true, loopback: 'default/cart', locality: { region: 'r', zone: 'z', subzone: '' },
  })
})

it('knows gateways, waypoints and proxyless clients, and the extensions that are announced', () => {
  expect(proxyIdentity(node({ id: 'router~1~gw.default~d' }), caller)).toMatchObject({ type: 'router' })
  expect(proxyIdentity(node({ metadata: { ...node().metadata, GENERATOR: 'grpc' } }), caller)).toMatchObject({ type: 'grpc' })
  expect(proxyIdentity(node({ extensions: [{ name: 'n', category: 'envoy.filters.http', typeUrls: ['a.B', 'c.D'] }] }), caller)).toMatchObject({ extensions: new Set(['envoy.filters.http/a.B', 'envoy.filters.http/c.D']) })
})

describe('is refused', () => {
  it.each([
    ['an id of another form', node({ id: 'x' }), 'invalid-argument'],
    ['a ztunnel, which has its own types', node({ id: 'ztunnel~1~a.default~d' }), 'invalid-argument'],
    ['a namespace in metadata that was not proved', node({ metadata: { ...node().metadata, NAMESPACE: 'other' } }), 'permission-denied'],
    ['a namespace in the id that was not proved', node({ id: 'sidecar~1~cart.other~d' }), 'permission-denied'],
    ['a service account that was not proved', node({ metadata: { ...node().metadata, SERVICE_ACCOUNT: 'admin' } }), 'permission-denied'],
    ['the loopback plan of another namespace', node({ metadata: { ...node().metadata, LOOPBACK: 'other/cart' } }), 'permission-denied'],
  ])('%s', (_what, claimed, refused) => expect(proxyIdentity(claimed, caller)).toMatchObject({ refused }))
})

it('takes the proved service account where none is said, and believes a client on the plaintext port', () => {
  const { SERVICE_ACCOUNT: _said, ...metadata } = node().metadata
  expect(proxyIdentity(node({ metadata }), caller)).toMatchObject({ serviceAccount: 'cart' })
  expect(proxyIdentity(node(), undefined)).toMatchObject({ serviceAccount: 'cart' })
})
