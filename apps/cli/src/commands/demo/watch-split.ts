/** While the demo stays up: after each edit of the sample it asks for the page again, and says who answered. */
import { formatDiagnostic } from '@istio-ts/foundation'
import { collectStatus, type LocalStatus } from '@istio-ts/local/node'
import type { CliContext } from '../../context.ts'
import type { FoundMesh } from '../local/find-mesh.ts'
import type { Interruption } from '../local/interruption.ts'
import { folderStamp, readFolder } from '../local/read-folder.ts'
import { splitPlaces } from './expectations.ts'
import { observe } from './observe.ts'
import type { DemoRow } from './rows.ts'

const LOOK_MS = 500
/** Enough for a share of 10 % to be seen mostly. */
const PAGES = 20
/** An edit is in force within a second (the contract); only then it is asked what it did. */
const IN_FORCE_MS = 1000

/** Watches until interrupted. */
export async function watchSplit(mesh: FoundMesh, status: LocalStatus, context: CliContext, interrupted: Interruption): Promise<void> {
  const paused = (ms: number): Promise<void> => Promise.race([interrupted.wait, new Promise<void>((resolve) => setTimeout(resolve, ms))])
  let before = await folderStamp(mesh.folder)
  while (!interrupted.happened) {
    await paused(LOOK_MS)
    const now = await folderStamp(mesh.folder)
    if (now === before || interrupted.happened) continue
    before = now
    await paused(IN_FORCE_MS)
    await Promise.race([interrupted.wait, tell(mesh, status, context)])
  }
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
