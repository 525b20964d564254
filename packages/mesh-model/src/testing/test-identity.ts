/** Identities for tests. */
import { DEFAULT_CLUSTER } from '@istio-ts/foundation'
import type { ProxyIdentity } from '../identity/proxy-identity.ts'

/** A sidecar of workload `client` in namespace `default`, with what is given laid over it. */
export function testIdentity(given: Partial<ProxyIdentity> = {}): ProxyIdentity {
  const namespace = given.namespace ?? 'default'
  return {
    type: 'sidecar', name: 'client', namespace, ips: ['10.40.0.10'], labels: {}, serviceAccount: 'default', cluster: DEFAULT_CLUSTER, network: '',
    locality: { region: '', zone: '', subzone: '' }, dnsDomain: `${namespace}.svc.cluster.local`, istioVersion: '1.32.0', extensions: 'all',
    wantsProvenance: false, interceptionMode: 'REDIRECT', metadata: {}, ...given,
  }
}
