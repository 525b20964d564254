/** A proxy in a process of its own that counts what it holds when asked; started with --expose-gc by the soak. */
import { readdirSync } from 'node:fs'
import { clusters, listener } from './configuration.ts'
import { startOurProxy } from './our-proxy.ts'

/** What the process holds when nothing is going on. */
export interface Holdings {
  readonly heapMb: number
  readonly buffersMb: number
  readonly sockets: number
  readonly timers: number
  readonly connections: number
  readonly upstream: Readonly<Record<string, readonly number[]>>
  readonly gauges: Readonly<Record<string, number>>
}

const [port = 0, tcp = 0, origin = 0, h2 = 0, closed = 0] = process.argv.slice(2).map(Number)
const { proxy } = await startOurProxy([listener('sidecar', port, 'log'), listener('tcp', tcp, 'log')], clusters(origin, h2, closed), { quiet: true })

const mb = (bytes: number): number => Math.round(bytes / 1e4) / 100

function holdings(): Holdings {
  for (let i = 0; i < 4; i++) globalThis.gc?.()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  const resources = process.getActiveResourcesInfo()
  const count = (kind: string): number => resources.filter((one) => one === kind).length
  const upstream = Object.fromEntries(['origin', 'origin-h2', 'refused', 'breaker'].map((name) => {
    const one = proxy.upstream(name)
    return [name, one ? [one.connections, one.pending, one.activeRequests, one.activeRetries, ...one.hosts.map(({ active }) => active)] : []]
  }))
  const gauges: Record<string, number> = {}
  for (const { name, type, series } of proxy.stats.families.values()) {
    if (type !== 'gauge' || !name.endsWith('_active')) continue
    for (const { stat } of series.values()) if ('value' in stat && typeof stat.value === 'number' && stat.value !== 0) gauges[name] = stat.value
  }
  return { heapMb: mb(heapUsed), buffersMb: mb(external + arrayBuffers), sockets: readdirSync('/proc/self/fd').length, timers: count('Timeout'), connections: proxy.activeConnections, upstream, gauges }
}

process.on('message', () => process.send?.(holdings()))
process.send?.('ready')
