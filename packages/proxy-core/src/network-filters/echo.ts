/** envoy.filters.network.echo: sends back what it receives. */
import type { LiveConnection, NetworkFilterKind } from './network-filter.ts'

const NO_ROUTES: ReadonlyMap<string, number> = new Map()
const NONE: ReadonlySet<string> = new Set()

export const echoFilter: NetworkFilterKind = {
  types: ['envoy.extensions.filters.network.echo.v3.Echo'],
  compile: () => ({
    kind: 'terminal',
    clusters: NONE,
    rds: NO_ROUTES,
    take({ stream }, onGone): LiveConnection {
      stream.setEvents({
        onData: (bytes, from, to) => {
          if (!stream.send(bytes, from, to, false)) stream.pause()
        },
        onEnd: () => stream.end(),
        onDrain: () => stream.resume(),
        onClose: () => onGone(),
      })
      return { active: 1, drain: () => undefined, close: () => stream.destroy() }
    },
  }),
}
