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
    const now = new Map(all().map((finding) => [placeless(finding), finding]))
    for (const [key, finding] of now) if (!told.has(key)) deps.log[level(finding)](`config: ${formatDiagnostic(finding)}`)
    for (const [key, finding] of told) if (!now.has(key)) deps.log.info(`config: no longer: ${formatDiagnostic(finding)}`)
    told = now
  }
  return {
    changed: () => void (waiting ??= deps.clock.after(GATHER_MS, look)),
    stop: () => waiting?.(),
  }
}

/** A finding that only moved to another line of its file is still the same one. */
const placeless = (finding: Diagnostic): string => {
  const { source, ...rest } = finding
  return findingKey(finding.resource && source ? { ...rest, source: { ...source, line: 0, column: 0 } } : finding)
}

const level = ({ severity }: Diagnostic): 'error' | 'warn' | 'info' => (severity === 'warning' ? 'warn' : severity)
