/** Who may call and how: precedence of peer policies and reach of authorization policies. Each rule here is one that a mistake would open a door by. */
import { AuthorizationPolicy, parse, PeerAuthentication, type AuthorizationPolicySpec, type PeerAuthenticationSpec, type Resource } from '@istio-ts/api-types'
import { describe, expect, it } from 'vitest'
import { meshModel, type SecurityPolicy } from '../index.ts'
import { memoryMesh, testIdentity } from '../testing/index.ts'
import { modeOnPort, peerPolicy } from './peer-policy.ts'

const peer = (namespace: string, name: string, spec: PeerAuthenticationSpec, creationTimestamp = '2024-01-01T00:00:00Z'): Resource<PeerAuthenticationSpec> =>
  parse(PeerAuthentication, { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name, namespace, creationTimestamp }, spec })
const modeOf = (labels: Record<string, string>, ...resources: readonly Resource<PeerAuthenticationSpec>[]) =>
  peerPolicy('default', labels, { rootNamespace: 'istio-system', ofNamespace: (namespace) => resources.filter((one) => one.metadata.namespace === namespace) })
const web = { matchLabels: { app: 'web' } }

describe('the mTLS mode of a workload', () => {
  it('is permissive when nobody says anything', () => expect(modeOf({}).mode).toBe('PERMISSIVE'))

  it('comes from the mesh, then the namespace, then its own policy', () => {
    const mesh = peer('istio-system', 'mesh', { mtls: { mode: 'STRICT' } })
    const namespace = peer('default', 'ns', { mtls: { mode: 'DISABLE' } })
    const own = peer('default', 'web', { selector: web, mtls: { mode: 'PERMISSIVE' } })
    expect(modeOf({ app: 'web' }, mesh).mode).toBe('STRICT')
    expect(modeOf({ app: 'web' }, mesh, namespace).mode).toBe('DISABLE')
    expect(modeOf({ app: 'web' }, mesh, namespace, own).mode).toBe('PERMISSIVE')
    expect(modeOf({ app: 'other' }, mesh, namespace, own).mode).toBe('DISABLE')
  })

  it('is inherited where a policy leaves it unset', () => {
    const mesh = peer('istio-system', 'mesh', { mtls: { mode: 'STRICT' } })
    expect(modeOf({ app: 'web' }, mesh, peer('default', 'ns', { mtls: { mode: 'UNSET' } }), peer('default', 'web', { selector: web })).mode).toBe('STRICT')
  })

  it('takes the older of two policies of one scope', () => {
    const older = peer('default', 'z', { mtls: { mode: 'STRICT' } }, '2023-01-01T00:00:00Z')
    expect(modeOf({}, peer('default', 'a', { mtls: { mode: 'DISABLE' } }), older).mode).toBe('STRICT')
  })

  it('ignores a selector in the root namespace, which would reach into every namespace', () => {
    expect(modeOf({ app: 'web' }, peer('istio-system', 'x', { selector: web, mtls: { mode: 'DISABLE' } })).mode).toBe('PERMISSIVE')
  })

  it('differs on ports that its own policy names; an unset port has what the workload would have without it', () => {
    const mesh = peer('istio-system', 'mesh', { mtls: { mode: 'STRICT' } })
    const policy = modeOf({ app: 'web' }, mesh, peer('default', 'web', { selector: web, portLevelMtls: { 80: { mode: 'DISABLE' }, 81: { mode: 'UNSET' } } }))
    expect([80, 81, 82].map((port) => modeOnPort(policy, port))).toEqual(['DISABLE', 'STRICT', 'STRICT'])
  })
})

const policy = (namespace: string, name: string, spec: AuthorizationPolicySpec): Resource =>
  parse(AuthorizationPolicy, { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name, namespace }, spec })
const securityOf = (resources: readonly Resource[], labels: Record<string, string>): SecurityPolicy['authorization'] => {
  const { graph, inputs } = memoryMesh({ resources })
  return meshModel(graph, inputs).view(testIdentity({ labels })).view.security.authorization
}
const anyRule = [{}]

describe('authorization policies', () => {
  it('reach a workload from its namespace and the root namespace only', () => {
    const found = securityOf(['default', 'istio-system', 'other'].map((namespace) => policy(namespace, 'p', { action: 'DENY', rules: anyRule })), {})
    expect(found.deny.map((one) => one.namespace)).toEqual(['istio-system', 'default'])
  })

  it('with a selector reach only what it selects; a label that the class key forgot would open the door', () => {
    const resources = [policy('default', 'p', { selector: web, rules: anyRule })]
    expect(securityOf(resources, { app: 'web' }).allow).toHaveLength(1)
    expect(securityOf(resources, { app: 'web', more: 'labels' }).allow).toHaveLength(1)
    expect(securityOf(resources, { app: 'other' }).allow).toHaveLength(0)
  })

  it('follow the labels at once when a policy starts to ask for another one', () => {
    const memory = memoryMesh()
    const model = meshModel(memory.graph, memory.inputs)
    const identity = testIdentity({ labels: { tier: 'db' } })
    const seen: number[] = []
    model.subscribe(identity, ({ view }) => seen.push(view.security.authorization.deny.length))
    memory.apply(policy('default', 'p', { action: 'DENY', selector: { matchLabels: { tier: 'db' } }, rules: anyRule }))
    expect(seen).toEqual([1])
  })

  it('that are ALLOW without rules are kept: they allow nothing', () => {
    expect(securityOf([policy('default', 'none', {})], {}).allow.map((one) => one.rules)).toEqual([[]])
  })

  it('of an unknown provider have no settings, also for names that every object has', () => {
    const found = securityOf([policy('default', 'p', { action: 'CUSTOM', provider: { name: '__proto__' }, rules: anyRule })], {})
    expect(found.custom.map((one) => one.settings)).toEqual([undefined])
  })
})
