/** Which HTTP filters stand where, and what happens when a client lacks one. */
import type { AuthorizationPolicyRules, ProxyView } from '@istio-ts/mesh-model'
import { describe, expect, it } from 'vitest'
import { extensionsOf } from '../extensions.ts'
import { capturedView } from '../testing/sample-view.ts'
import { UPSTREAM_EXTENSIONS } from '../testing/static-bootstrap.ts'
import { httpFilters, type HttpFilterScope, type HttpPlace } from './order.ts'

const policy = (name: string): AuthorizationPolicyRules => ({ name, namespace: 'default', dryRun: false, rules: [], from: [] })
const NO_VALUES = { values: [], notValues: [] }

const guarded = (): ProxyView => ({
  ...capturedView(),
  security: {
    peer: { mode: 'PERMISSIVE', ports: {}, from: [] },
    jwt: [{ issuer: 'i', audiences: [], jwks: '{}', fromHeaders: [], fromParams: [], fromCookies: [], outputClaimToHeaders: [], forwardOriginalToken: false, timeoutMs: 5000, spaceDelimitedClaims: [], presence: 'OPTIONAL', from: [] }],
    authorization: {
      custom: [{ provider: 'opa', settings: { kind: 'grpc', host: 'opa.default', port: 9000, options: {} }, policies: [{ ...policy('ask'), rules: [{ index: 0, sources: [], operations: [{ hosts: NO_VALUES, ports: { values: ['80'], notValues: [] }, methods: NO_VALUES, paths: NO_VALUES }], conditions: [], from: [] }] }] }],
      audit: [], deny: [{ ...policy('deny'), rules: [{ index: 0, sources: [], operations: [], conditions: [], from: [] }] }], allow: [policy('nobody')],
    },
  },
  telemetry: { ...capturedView().telemetry, metrics: [{ provider: 'prometheus', clientDisabled: false, serverDisabled: false, overrides: [], from: [] }] },
})

const names = (place: HttpPlace, change: Partial<HttpFilterScope> = {}): readonly string[] =>
  httpFilters({ place, view: guarded(), extensions: extensionsOf('all'), authorization: { tcp: false, toListenPort: (port) => port, trustDomains: ['cluster.local'] }, grpcWeb: false, dnsCaches: [], stickySessions: false, ...change })
    .map((filter) => filter.name.replace('envoy.filters.http.', ''))

describe('httpFilters', () => {
  it('guards a server before anything else happens to a request', () => {
    expect(names('inbound')).toEqual(['istio.metadata_exchange', 'rbac', 'ext_authz', 'jwt_authn', 'rbac', 'rbac', 'grpc_stats', 'fault', 'cors', 'istio.stats', 'router'])
  })

  it('guards a gateway too, and sets the ALPN for its upstreams', () => {
    expect(names('gateway')).toEqual(['istio.metadata_exchange', 'rbac', 'ext_authz', 'jwt_authn', 'rbac', 'rbac', 'grpc_stats', 'istio.alpn', 'fault', 'cors', 'istio.stats', 'router'])
  })

  it('does not apply policies of a workload to its own calls', () => {
    expect(names('outbound')).toEqual(['istio.metadata_exchange', 'grpc_stats', 'istio.alpn', 'fault', 'cors', 'istio.stats', 'router'])
  })

  it('puts optional filters in their places', () => {
    expect(names('outbound', { grpcWeb: true, stickySessions: true, dnsCaches: [{}] })).toEqual(
      ['istio.metadata_exchange', 'grpc_web', 'grpc_stats', 'istio.alpn', 'fault', 'cors', 'istio.stats', 'stateful_session', 'dynamic_forward_proxy', 'router'])
  })

  it('leaves out what the client has not announced, and nothing that protects', () => {
    expect(names('inbound', { extensions: extensionsOf(UPSTREAM_EXTENSIONS) })).toEqual(['rbac', 'ext_authz', 'jwt_authn', 'rbac', 'rbac', 'grpc_stats', 'fault', 'cors', 'router'])
  })

  it('looks up the type inside a TypedStruct, never the name', () => {
    const announced = new Set(['envoy.filters.http/io.istio.http.peer_metadata.Config'])
    expect(names('outbound', { extensions: extensionsOf(announced) })).toEqual(['istio.metadata_exchange'])
    expect(names('outbound', { extensions: extensionsOf(new Set(['envoy.filters.http/istio.alpn', 'envoy.filters.network/io.istio.http.peer_metadata.Config'])) })).toEqual([])
  })
})
