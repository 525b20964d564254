/** Runs server sessions on streams. */
import { xdsMetrics } from '../metrics.ts'
import { stepContext } from '../server-session/events.ts'
import { responseEncoder } from '../wire/discovery-responses.ts'
import { Connection, type Shared } from './connection.ts'
import { refusalLedger } from './refusal-ledger.ts'
import type { XdsServer, XdsServerDeps, XdsServerOptions } from './server-seam.ts'

const defaults: XdsServerOptions = { graceMs: 200, maxNames: 200_000, maxTypes: 64, controlPlane: '' }

/** Makes a server. */
export function xdsServer(deps: XdsServerDeps, options: Partial<XdsServerOptions> = {}): XdsServer {
  const connections = new Set<Connection>()
  const shared: Shared = {
    deps,
    options: { ...defaults, ...options },
    context: stepContext(),
    encoder: responseEncoder(options.controlPlane),
    metrics: xdsMetrics(deps.telemetry.meter, () => connections.size),
    nextId: idCounter(),
    refusals: refusalLedger((subject, typeUrl, diagnostics) => deps.onDiagnostics?.(subject, typeUrl, diagnostics)),
  }
  return {
    accept(transport, variant, peer) {
      const connection = new Connection(shared, transport, variant, peer, () => connections.delete(connection))
      connections.add(connection)
    },
    connections: () => [...connections].flatMap((connection) => connection.info() ?? []),
    close: () => {
      for (const connection of connections) connection.end('unavailable', 'the server is going down')
    },
  }
}

const idCounter = (): (() => number) => {
  let last = 0
  return () => ++last
}
