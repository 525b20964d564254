/** Findings in the log: each once when it comes up, and once when it is over. */
import { formatDiagnostic, type Cancel, type Clock, type Diagnostic } from '@istio-ts/foundation'
import type { Log } from '@istio-ts/telemetry'
import { findingKey } from './problems.ts'

/** Follows findings. */
export interface FindingLog {
  /** Something may have changed: looks soon, once for several changes in a row. */
  changed(): void
  stop(): void
}

/** Several changes come together: files, what is derived from them, and what proxies say of it. */
const GATHER_MS = 100

/** Makes a log of what `all` says; the first look says everything. */
export function findingLog(deps: { readonly clock: Clock; readonly log: Log }, all: () => readonly Diagnostic[]): FindingLog {
  let told = new Map<string, Diagnostic>()
  let waiting: Cancel | undefined
  const look = (): void => {
    waiting = undefined
    const now = new Map(all().map((finding) => [sameFinding(finding), finding]))
    for (const [key, finding] of now) if (!told.has(key)) deps.log[level(finding)](`config: ${formatDiagnostic(finding)}`)
    for (const [key, finding] of told) if (!now.has(key)) deps.log.info(`config: no longer: ${formatDiagnostic(finding)}`)
    told = now
  }
  return {
    changed: () => void (waiting ??= deps.clock.after(GATHER_MS, look)),
    stop: () => waiting?.(),
  }
}

/** A finding that moved to another line, or counts more proxies now, is still the same one. */
const sameFinding = (finding: Diagnostic): string => {
  const { code, resource, path, source } = finding
  return resource && path !== undefined ? JSON.stringify([code, resource, path, source?.file]) : findingKey(finding)
}

const level = ({ severity }: Diagnostic): 'error' | 'warn' | 'info' => (severity === 'warning' ? 'warn' : severity)
