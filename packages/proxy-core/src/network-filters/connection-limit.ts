/** envoy.filters.network.connection_limit: a bound on connections of one filter chain. */
import { wideInteger } from '../config/scalars.ts'
import { unpack } from '../config/wire.ts'
import type { NetworkFilterKind } from './network-filter.ts'

const TYPE = 'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit'

export const connectionLimitFilter: NetworkFilterKind = {
  types: [TYPE],
  compile(_name, config) {
    const limit = wideInteger(unpack(config, TYPE)?.maxConnections, Infinity)
    let active = 0
    return {
      kind: 'gate',
      admit({ stream, info }) {
        if (active >= limit) {
          info.terminationDetails = 'connection_limit'
          stream.destroy()
          return false
        }
        active++
        info.onGone(() => active--)
        return true
      },
    }
  },
}
