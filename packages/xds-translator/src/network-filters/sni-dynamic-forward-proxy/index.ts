/** `sni_dynamic_forward_proxy`: resolves the server name of a TLS connection before it is forwarded to a dynamic cluster. */
import { typed, type Message } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** The filter; `cache` must equal the cluster's. Istio names it by its type. */
export const sniDynamicForwardProxy = (cache: Message, port: number): NamedExtension =>
  extension('envoy.extensions.filters.network.sni_dynamic_forward_proxy', typed('envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig', { dnsCacheConfig: cache, portValue: port }))
