/** Wiring: a view from its outbound, inbound and gateway parts and the policies of its class. */
import { applyProxyConfig, type LoopbackPlan, type MeshConfig } from '@istio-ts/api-types'
import type { Collection, Graph, Lookup, Singleton } from '@istio-ts/collections'
import type { GatewayNodes } from './gateways/gateway-nodes.ts'
import { upstreamSecrets } from './gateways/upstream-secrets.ts'
import { viewOfKey, type ViewClass } from './identity/view-class.ts'
import { classKey } from './outbound/outbound-class.ts'
import type { OutboundNodes } from './outbound/outbound-nodes.ts'
import { meshSettings } from './mesh/mesh-settings.ts'
import type { SecurityNodes } from './security/security-nodes.ts'
import type { TelemetryNodes } from './telemetry/telemetry-nodes.ts'
import type { InboundView } from './view/inbound-server.ts'
import type { LoopbackView } from './view/loopback-view.ts'
import type { ProxyView } from './view/proxy-view.ts'

/** What views are made from. */
export interface ViewInputs {
  readonly mesh: Singleton<MeshConfig>
  readonly loopback: Collection<LoopbackPlan>
  readonly outbound: OutboundNodes
  readonly inbound: Lookup<InboundView>
  readonly security: SecurityNodes
  readonly telemetry: TelemetryNodes
  readonly gateways: GatewayNodes
  readonly domain: string
}

/** Makes the node: views by the key of their class. */
export function viewNodes(graph: Graph, inputs: ViewInputs): Lookup<ProxyView> {
  const { mesh, loopback, outbound, inbound, security, telemetry, gateways, domain } = inputs
  const settings = graph.lookup('mesh settings', (key) => meshSettings(mesh.get(), applyProxyConfig(mesh.get().defaultConfig, JSON.parse(key) as ViewClass['proxyConfig']), domain))
  const policies = graph.lookup('security policies', (key) => {
    const { namespace, labels } = JSON.parse(key) as { readonly namespace: string; readonly labels: ViewClass['policyLabels'] }
    return security.of(namespace, labels)
  })
  return graph.lookup<ProxyView>('views', (key) => {
    const { proxy, outbound: outboundClass, inbound: inboundClass, policyLabels, proxyConfig } = viewOfKey(key)
    const plan = outboundClass.loopback === '' ? undefined : loopback.get(outboundClass.loopback)
    return {
      key,
      proxy: { ...proxy, extensions: proxy.extensions === 'all' ? 'all' : new Set(proxy.extensions) },
      mesh: settings.get(JSON.stringify(proxyConfig)),
      outbound: outbound.views.get(classKey(outboundClass)),
      inbound: inbound.get(JSON.stringify(inboundClass)),
      ...(proxy.type === 'router' ? { gateway: gateways.view(outboundClass) } : {}),
      security: policies.get(JSON.stringify({ namespace: proxy.namespace, labels: policyLabels })),
      telemetry: telemetry.of(proxy.namespace, policyLabels),
      secrets: proxy.type === 'router' ? [...gateways.secrets(outboundClass), ...upstreamSecrets(outbound.views.get(classKey(outboundClass)).upstreams, proxy.namespace)] : [],
      ...(plan ? { loopback: loopbackView(plan) } : {}),
      diagnostics: outbound.diagnostics(classKey(outboundClass)),
    }
  }, { share: 'items' })
}

const loopbackView = (plan: LoopbackPlan): LoopbackView => ({
  inboundPorts: plan.inbound.map(({ targetPort, listen }) => ({ workloadPort: targetPort, listen })),
  admin: plan.admin, stats: plan.stats, prometheus: plan.prometheus, ready: plan.ready,
})
