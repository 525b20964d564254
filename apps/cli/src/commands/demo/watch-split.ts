/** While the demo stays up: after each edit of the sample it asks for the page again, and says who answered. */
import { formatDiagnostic } from '@istio-ts/foundation'
import { collectStatus, type LocalStatus } from '@istio-ts/local/node'
import type { CliContext } from '../../context.ts'
import type { FoundMesh } from '../local/find-mesh.ts'
import type { Interruption } from '../local/interruption.ts'
import { whileUp } from '../local/while-up.ts'
import { folderStamp, readFolder } from '../local/read-folder.ts'
import { splitPlaces } from './expectations.ts'
import { observe } from './observe.ts'
import type { DemoRow } from './rows.ts'

/** Enough for a share of 10 % to be seen mostly. */
const PAGES = 20
/** An edit is in force within a second (the contract); only then it is asked what it did. */
const IN_FORCE_MS = 1000

/** Watches until the mesh is no longer up, or nobody wants to see more. `stamp` is that of the folder when it was shown last. */
export function watchSplit(mesh: FoundMesh, status: LocalStatus, stamp: string, context: CliContext, interrupted: Interruption): Promise<'interrupted' | 'down'> {
  let before = stamp
  return whileUp(mesh, interrupted, async () => {
    const now = await folderStamp(mesh.folder)
    if (now === before) return
    before = now
    await new Promise((resolve) => setTimeout(resolve, IN_FORCE_MS))
    await tell(mesh, status, context)
  })
}

async function tell(mesh: FoundMesh, status: LocalStatus, context: CliContext): Promise<void> {
  const { resources } = await readFolder(mesh.folder)
  const problems = (await collectStatus(mesh.stateFolder))?.problems.filter(({ severity }) => severity !== 'info') ?? []
  for (const problem of problems) context.err(`${formatDiagnostic(problem)}\n`)
  const rows = await observe({ stateFolder: mesh.stateFolder, status, resources }, PAGES, [])
  const weights = splitPlaces(resources).map(({ version, weight }) => `${version} ${weight}`).join(', ')
  context.err(`The files changed${weights === '' ? '' : ` (weights: ${weights})`}. Of ${rows.filter(({ to }) => to === 'productpage').length} pages ${answered(rows)}.\n`)
}

/** `reviews-v1 answered 4, reviews-v3 answered 2`. */
function answered(rows: readonly DemoRow[]): string {
  const counts = new Map<string, number>()
  for (const row of rows) {
    if (row.to !== 'reviews') continue
    const who = row.upstreamPod ?? `nobody (status ${row.status})`
    counts.set(who, (counts.get(who) ?? 0) + 1)
  }
  return counts.size === 0 ? 'none reached reviews' : [...counts].sort().map(([who, count]) => `${who} answered ${count}`).join(', ')
}
