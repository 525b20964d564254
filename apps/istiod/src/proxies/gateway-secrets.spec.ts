/** Which private keys leave istiod, and which never do. */
import { Secret, type Kind, type Resource } from '@istio-ts/api-types'
import { decode } from '@istio-ts/api-types/envoy'
import { createGraph, type Collection } from '@istio-ts/collections'
import { expect, it } from 'vitest'
import type { ClusterInputs, ProxyIdentity, SecretRef } from '@istio-ts/mesh-model'
import { gatewaySecrets } from './gateway-secrets.ts'

const graph = createGraph()
const source = graph.source<Resource>('secrets')
const secret = (namespace: string, name: string, data: Readonly<Record<string, string>>): void =>
  source.set(`${namespace}/${name}`, { cluster: 'Kubernetes', apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, spec: { type: 'Opaque', data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])) } })
secret('istio-system', 'shop', { 'tls.crt': 'CHAIN', 'tls.key': 'KEY', 'ca.crt': 'ROOTS' })
secret('istio-system', 'old', { cert: 'CHAIN', key: 'KEY' })
secret('istio-system', 'half', { 'tls.crt': 'CHAIN' })
secret('istio-system', 'apart-cacert', { 'ca.crt': 'OTHER ROOTS' })
secret('istio-system', 'apart', { 'tls.crt': 'CHAIN', 'tls.key': 'KEY', 'ca.crt': 'ROOTS' })
secret('other', 'shop', { 'tls.crt': 'CHAIN', 'tls.key': 'KEY' })

const cluster: ClusterInputs = { get: <Spec, Status>(kind: Kind<Spec, Status>) => (kind.kind === Secret.kind ? (source as unknown as Collection<Resource<Spec, Status>>) : graph.source(kind.kind)) }
const gateway = { namespace: 'istio-system' } as ProxyIdentity
const ref = (resource: string, more: Partial<SecretRef> = {}): SecretRef => ({ name: `kubernetes://${resource}`, kind: 'Secret', namespace: 'istio-system', resource, part: 'certificate', from: [], ...more })
const served = (...refs: readonly SecretRef[]) => gatewaySecrets(cluster, gateway, refs)

it('are served to a gateway of their namespace, in both spellings of the keys', () => {
  const { bundle, diagnostics } = served(ref('shop'), ref('old'), ref('shop-cacert', { part: 'ca' }))
  expect(diagnostics).toEqual([])
  const [first, second, third] = bundle.resources.map(({ bytes }) => decode('envoy.extensions.transport_sockets.tls.v3.Secret', bytes))
  const text = (bytes: Uint8Array | string | undefined) => Buffer.from(bytes ?? '').toString()
  expect([first?.name, text(first?.tlsCertificate?.privateKey?.inlineBytes), text(second?.tlsCertificate?.certificateChain?.inlineBytes), text(third?.validationContext?.trustedCa?.inlineBytes)]).toEqual(['kubernetes://shop', 'KEY', 'CHAIN', 'ROOTS'])
})

it('are served with the roots of a Secret of their own before those beside the certificate', () => {
  const [roots] = served(ref('apart-cacert', { part: 'ca' })).bundle.resources.map(({ bytes }) => decode('envoy.extensions.transport_sockets.tls.v3.Secret', bytes))
  expect(Buffer.from(roots?.validationContext?.trustedCa?.inlineBytes ?? '').toString()).toBe('OTHER ROOTS')
})

it.each([
  ['of another namespace', ref('shop', { namespace: 'other' }), 'the gateway is in namespace istio-system'],
  ['that is not there', ref('none'), 'there is no such Secret'],
  ['without a key', ref('half'), 'it has no tls.crt and tls.key'],
  ['without roots', ref('half', { part: 'ca' }), 'it has no ca.crt'],
])('a secret %s is a finding and is not served', (_what, wanted, reason) => {
  const { bundle, diagnostics } = served(wanted)
  expect(bundle.resources).toEqual([])
  expect(diagnostics).toEqual([expect.objectContaining({ code: 'MESH0991', severity: 'error', message: expect.stringContaining(reason) })])
})
