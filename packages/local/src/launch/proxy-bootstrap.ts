/** What a sidecar or gateway of a local mesh is told at start. */
import type { LoopbackPlan } from '@istio-ts/api-types'
import type { PortLedger } from '../ports/ledger.ts'
import { rootCertFile, tokenFile } from './file-names.ts'

/** The bootstrap file of the proxy (`istio-ts-proxy --config FILE`), as far as a local mesh sets it. */
export interface LocalProxyBootstrap {
  readonly node: { readonly id: string; readonly cluster: string; readonly metadata: Readonly<Record<string, unknown>> }
  readonly engine: 'istio-ts' | 'envoy'
  readonly discoveryAddress: string
  readonly caAddress: string
  readonly tokenFile: string
  readonly rootCertFile: string
  readonly adminPort: number
  readonly statsPort: number
  readonly prometheusPort: number
  readonly readyPort: number
  /** Longest pause before istiod is tried again: 5 s, so that a restarted istiod is back in everybody's hands soon. */
  readonly maxReconnectMs: number
  readonly stateFolder: string
}

/** Who the proxy stands for. */
export interface ProxySubject {
  readonly plan: LoopbackPlan
  readonly labels: Readonly<Record<string, string>>
  readonly serviceAccount: string
  readonly engine: 'istio-ts' | 'envoy'
}

/** Makes the bootstrap. Node id and metadata are those Istio's agent sends, plus `LOOPBACK` = the key of the plan. */
export function proxyBootstrap({ plan, labels, serviceAccount, engine }: ProxySubject, ledger: PortLedger, settings: { readonly stateFolder: string }): LocalProxyBootstrap {
  const type = plan.role === 'gateway' ? 'router' : 'sidecar'
  const istiod = `127.0.0.1:${ledger['istiod/secure-xds'] ?? 0}`
  return {
    node: {
      id: `${type}~127.0.0.1~${plan.workload}.${plan.namespace}~${plan.namespace}.svc.cluster.local`,
      cluster: `${labels['app'] ?? plan.workload}.${plan.namespace}`,
      metadata: {
        NAME: plan.workload,
        NAMESPACE: plan.namespace,
        SERVICE_ACCOUNT: serviceAccount,
        WORKLOAD_NAME: plan.workload,
        LABELS: labels,
        CLUSTER_ID: 'Kubernetes',
        MESH_ID: 'cluster.local',
        INSTANCE_IPS: '127.0.0.1',
        INTERCEPTION_MODE: 'NONE',
        ISTIO_VERSION: '1.32.0',
        LOOPBACK: plan.key,
        ISTIO_TS_PROVENANCE: 'true',
      },
    },
    engine,
    discoveryAddress: istiod,
    caAddress: istiod,
    tokenFile: tokenFile(settings.stateFolder, plan.key),
    rootCertFile: rootCertFile(settings.stateFolder),
    adminPort: plan.admin,
    statsPort: plan.stats,
    prometheusPort: plan.prometheus,
    readyPort: plan.ready,
    maxReconnectMs: 5000,
    stateFolder: settings.stateFolder,
  }
}
