/** The access logs of the sidecars, as far as they speak of the demo's requests. */
import { logFile } from '@istio-ts/local/node'
import { tailFile } from '../local/tail-file.ts'

/** One line of a sidecar's log (format: the sample's ConfigMap `istio`). */
export interface LogEntry {
  /** `namespace/name` of the workload or gateway whose sidecar wrote it. */
  readonly key: string
  /** The header `x-demo-id`: gateways replace `x-request-id` of requests from outside, as Envoy does. */
  readonly demoId: string
  readonly method: string
  readonly path: string
  readonly authority: string
  readonly status: number
  readonly flags: string
  readonly details: string
  readonly durationMs: number
  readonly upstreamHost: string
  readonly upstreamCluster: string
  readonly route: string
  /** Provenance id of the route, `VirtualService/default/reviews#/spec/http/1`; '' if none. */
  readonly from: string
  readonly attempts: number
  /** The caller's SPIFFE id as verified by the receiving side; '' without mTLS. */
  readonly peer: string
  readonly tls: string
  /** Address of this proxy that the request came to: tells the receiving side's entry from the calling side's. */
  readonly localAddress: string
}

/** A reader of the logs of some proxies; remembers where it was. */
export interface LogReader {
  /** New entries since the last call. */
  read(): readonly LogEntry[]
}

/** Begins at the end of each log: only what comes now counts. */
export function logReader(stateFolder: string, keys: readonly string[]): LogReader {
  const logs = keys.map((key) => ({ key, tail: tailFile(logFile(stateFolder, `proxy/${key}`)) }))
  for (const { tail } of logs) tail.skip()
  return {
    read: () => logs.flatMap(({ key, tail }) => [...tail.read(false)].join('').split('\n').flatMap((line) => parseEntry(key, line) ?? [])),
  }
}

/** Parses one line; undefined for lines that are no access log. */
function parseEntry(key: string, line: string): LogEntry | undefined {
  if (!line.startsWith('{')) return undefined
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('demo_id' in value)) return undefined
  const fields = new Map(Object.entries(value))
  const text = (name: string): string => {
    const field: unknown = fields.get(name)
    return typeof field === 'string' && field !== '-' ? field : typeof field === 'number' ? String(field) : ''
  }
  const number = (name: string): number => Number(text(name) || 0)
  return {
    key, demoId: text('demo_id'), method: text('method'), path: text('path'), authority: text('authority'), status: number('status'), flags: text('flags'), details: text('details'),
    durationMs: number('duration'), upstreamHost: text('upstream_host'), upstreamCluster: text('upstream_cluster'), route: text('route'), from: text('from'), attempts: number('attempts'), peer: text('peer'), tls: text('tls'), localAddress: text('local'),
  }
}
