/** envoy.filters.network.sni_dynamic_forward_proxy: a TLS connection goes to the host that its ClientHello names. */
import { asciiLower } from '../match/string-matcher.ts'
import { unpack } from '../config/wire.ts'
import type { NetworkFilterKind } from './network-filter.ts'

const TYPE = 'envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig'

/** Envoy's default. */
const HTTPS_PORT = 443

/** Notes the target; the tcp_proxy behind it resolves the name when its cluster is a DYNAMIC_FORWARD_PROXY. Without SNI there is none (Envoy lets pass, and tcp_proxy finds no host). */
export const sniDynamicForwardProxyFilter: NetworkFilterKind = {
  types: [TYPE],
  compile(_name, config) {
    const port = unpack(config, TYPE)?.portValue ?? HTTPS_PORT
    return {
      kind: 'gate',
      admit({ info }) {
        if (info.requestedServerName !== '') info.dynamicTarget = { host: asciiLower(info.requestedServerName), port }
        return true
      },
    }
  },
}
