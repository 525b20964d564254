/** The access logs of the sidecars, as far as they speak of the demo's requests. */
import { readFileSync, statSync } from 'node:fs'
import { logFile } from '@istio-ts/local/node'

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
  const offsets = new Map(keys.map((key) => [key, sizeOf(logFile(stateFolder, `proxy/${key}`))]))
  return {
    read: () => keys.flatMap((key) => {
      const bytes = readBytes(logFile(stateFolder, `proxy/${key}`))
      const end = bytes.lastIndexOf(0x0a) + 1
      const from = Math.min(offsets.get(key) ?? 0, end)
      offsets.set(key, end)
      return bytes.subarray(from, end).toString().split('\n').flatMap((line) => parseEntry(key, line) ?? [])
    }),
  }
}

/** Parses one line; undefined for lines that are no access log. */
export function parseEntry(key: string, line: string): LogEntry | undefined {
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

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}
