/** What istiod answers on its debug pages, as far as the state of a local mesh shows it; nothing where it does not answer. */
import type { Diagnostic } from '@istio-ts/foundation'
import { httpGet } from './check.ts'

const ANSWER_MS = 1000

/** Proxies (`<name>.<namespace>`) that have acknowledged all that istiod has for them. */
export async function syncedProxies(http: number): Promise<ReadonlySet<string>> {
  const rows = parseList((await httpGet(http, '/debug/syncz', ANSWER_MS)).body)
  return new Set(rows.flatMap((row) => (typeof row['proxy'] === 'string' && isSynced(row) ? [row['proxy']] : [])))
}

/** Every `<type>_sent` has its `<type>_acked`, as in istiod's own /debug/syncz, and nothing is refused. */
const isSynced = (row: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(row['errors'] ?? {}).length === 0 && Object.entries(row).every(([name, value]) => !name.endsWith('_sent') || row[name.replace('_sent', '_acked')] === value)

/** Every finding that istiod has right now. */
export async function istiodFindings(http: number): Promise<readonly Diagnostic[]> {
  return parseList((await httpGet(http, '/debug/diagnostics', ANSWER_MS)).body).flatMap((row: unknown) => (isDiagnostic(row) ? [row] : []))
}

function parseList(text: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter((row): row is Readonly<Record<string, unknown>> => typeof row === 'object' && row !== null) : []
  } catch {
    return []
  }
}

/** True for what has at least a code and a message. */
export const isDiagnostic = (value: unknown): value is Diagnostic =>
  typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'message' in value && typeof value.message === 'string'
