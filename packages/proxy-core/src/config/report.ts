/** Collects what is wrong with one resource while it is compiled. */
import type { Diagnostic } from '@istio-ts/foundation'
import { badField, badRegex, unknownExtension } from '../diagnostics.ts'

/** One resource under compilation; all findings of an update are in one list. */
export interface Report {
  /** `Listener 0.0.0.0_80`. */
  readonly where: string
  readonly problems: Diagnostic[]
}

/** Starts the report of one resource into a shared list. */
export const reportOn = (kind: string, name: string, problems: Diagnostic[]): Report => ({ where: `${kind} ${name}`, problems })

/** Notes a bad field. */
export const noteBadField = (report: Report, path: string, why: string): void => void report.problems.push(badField(report.where, path, why))

/** Notes a refused regular expression. */
export const noteBadRegex = (report: Report, path: string, regex: string, why: string): void => void report.problems.push(badRegex(report.where, path, regex, why))

/** Notes an extension nobody knows. */
export const noteUnknown = (report: Report, path: string, name: string, type: string): void => void report.problems.push(unknownExtension(report.where, path, name, type))
