/** Tracing of an HTTP connection manager: how often, where to, and with which tags. */
import type { CustomTag, ProxyClass, Tracing } from '@istio-ts/mesh-model'
import { present, type Message } from '../wire/message.ts'
import { tracer } from './tracer.ts'

/** `tracing`; undefined when reporting is off. Without a provider the block still decides sampling and span names. */
export function tracing(settings: Tracing, proxy: ProxyClass): Message | undefined {
  if (settings.disableSpanReporting) return undefined
  const tags = [...(settings.enableIstioTags ? istioTags(proxy) : []), ...settings.customTags.map(customTag)].sort((a, b) => (String(a['tag']) < String(b['tag']) ? -1 : 1))
  return present({
    clientSampling: { value: 100 },
    randomSampling: settings.samplingPercent === 0 ? {} : { value: settings.samplingPercent },
    overallSampling: { value: 100 },
    customTags: tags.length === 0 ? undefined : tags,
    maxPathTagLength: settings.maxPathTagLength,
    ...(settings.provider === undefined ? {} : tracer(settings.provider, proxy)),
  })
}

/** The result of dry-run authorization stands in the RBAC filter's metadata. */
const DRY_RUN = ['allow', 'deny'].flatMap((action) => [
  dryRun(`istio.authorization.dry_run.${action}_policy.name`, `istio_dry_run_${action}_shadow_effective_policy_id`),
  dryRun(`istio.authorization.dry_run.${action}_policy.result`, `istio_dry_run_${action}_shadow_engine_result`),
])

function dryRun(tag: string, key: string): Message {
  return { tag, metadata: { kind: { request: {} }, metadataKey: { key: 'envoy.filters.http.rbac', path: [{ key }] } } }
}

/** Who served the request, in the words of Istio's dashboards. */
const istioTags = (proxy: ProxyClass): readonly Message[] => [
  ...DRY_RUN,
  literal('istio.canonical_revision', proxy.canonicalRevision),
  literal('istio.canonical_service', proxy.canonicalService),
  literal('istio.cluster_id', proxy.cluster === '' ? 'unknown' : proxy.cluster),
  literal('istio.mesh_id', proxy.meshId === '' ? 'unknown' : proxy.meshId),
  literal('istio.namespace', proxy.namespace === '' ? 'default' : proxy.namespace),
]

const literal = (tag: string, value: string): Message => ({ tag, literal: { value } })

function customTag({ name, value }: CustomTag): Message {
  switch (value.kind) {
    case 'literal':
      return literal(name, value.value)
    case 'environment':
      return { tag: name, environment: present({ name: value.name, defaultValue: value.defaultValue || undefined }) }
    case 'header':
      return { tag: name, requestHeader: present({ name: value.name, defaultValue: value.defaultValue || undefined }) }
    default:
      return { tag: name, value: value.name }
  }
}
