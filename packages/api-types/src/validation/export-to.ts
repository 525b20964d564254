/** Who may see a resource. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import { isDnsLabel } from './domains.ts'
import type { Findings } from './findings.ts'

/** Who writes `exportTo`. */
export interface ExportToUse {
  readonly namespace: string
  /** A ServiceEntry may be hidden from everyone (`~`). */
  readonly isServiceEntry?: boolean
  /** A DestinationRule with a workload selector is for its own namespace. */
  readonly isSelectorRule?: boolean
}

/** Checks that `exportTo` names each namespace once, and `*` or `~` alone. */
export function checkExportTo(exportTo: readonly string[] | undefined, use: ExportToUse, at: Findings): void {
  const seen = new Set<string>()
  at.each('exportTo', exportTo, (entry, place) => {
    const key = entry === '.' ? use.namespace : entry
    if (seen.has(key)) place.add(found.invalidExportTo(`duplicate entries in exportTo: ${key === entry ? entry : `. and current namespace ${use.namespace}`}`))
    else if (isVisibility(key) || (key === '~' && use.isServiceEntry)) seen.add(key)
    else place.add(found.invalidExportTo(key === '~' ? 'exportTo ~ is only for service entries' : `invalid visibility ${JSON.stringify(entry)} in exportTo`))
  })
  checkExportToTogether(seen, exportTo?.length ?? 0, use, at.at('exportTo'))
}

// An object that is not stored yet may have no namespace; "." is then the empty text.
const isVisibility = (key: string): boolean => key === '*' || key === '.' || isDnsLabel(key)

function checkExportToTogether(seen: ReadonlySet<string>, count: number, use: ExportToUse, at: Findings): void {
  if (use.isSelectorRule && seen.size > 0) {
    if (!seen.has(use.namespace)) at.add(found.invalidExportTo('destination rule with workload selector cannot have exportTo beyond current namespace', 'Use "." only.'))
    else if (seen.size > 1) at.add(found.invalidExportTo('destination rule with workload selector cannot have multiple entries in exportTo', 'Use "." only.'))
  }
  if (seen.has('*') && count > 1) at.add(found.invalidExportTo('cannot have both public (*) and non-public exportTo values for a resource'))
  if (seen.has('~') && count > 1) at.add(found.invalidExportTo('cannot export service entry to no one (~) and someone'))
}
