/** The demo itself: up, requests, table, and then it stays up and shows what edits do. */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { formatDiagnostic } from '@istio-ts/foundation'
import { systemClock } from '@istio-ts/foundation/node'
import type { Resource } from '@istio-ts/api-types'
import { takeDown, type LocalStatus } from '@istio-ts/local/node'
import { ExitCode, type CliContext } from '../../context.ts'
import { bringUp } from '../local/bring-up.ts'
import { findMesh, isRunning, type FoundMesh } from '../local/find-mesh.ts'
import { interruption, type Interruption } from '../local/interruption.ts'
import { timeoutMsOf, wantsJson } from '../local/read-flags.ts'
import { folderStamp, readFolder } from '../local/read-folder.ts'
import { splitPlaces, unmet } from './expectations.ts'
import type { DemoFlags } from './flags.ts'
import { observe } from './observe.ts'
import { specialRequests } from './requests.ts'
import { demoTable, type TableStyle } from './table.ts'
import { watchSplit } from './watch-split.ts'

/** Pages that show the split. */
const FIRST_PAGES = 6

/** Runs the demo. @throws ExitCode 1 if something that must be seen was not */
export async function demo(flags: DemoFlags, context: CliContext): Promise<void> {
  const [json, timeoutMs] = [wantsJson(flags.output), timeoutMsOf(flags.timeout)]
  const mesh = await findMesh(flags.filename, context)
  const interrupted = interruption(context)
  // A mesh that was up before is somebody's: the requests are sent, and it stays. Ctrl-C stops everything all the same.
  const borrowed = flags.once === true && isRunning(mesh.stateFolder)
  try {
    await runDemo(mesh, { ...flags, json, timeoutMs }, context, interrupted)
  } finally {
    if (borrowed) context.err('The mesh was up already, and stays.\n')
    else await takeDown(systemClock, mesh.stateFolder)
    interrupted.dispose()
  }
}

async function runDemo(mesh: FoundMesh, flags: DemoFlags & { readonly json: boolean; readonly timeoutMs: number }, context: CliContext, interrupted: Interruption): Promise<void> {
  context.err(`Starting the mesh of ${mesh.folder} ...\n`)
  const { status, timedOut } = await bringUp(mesh, flags.timeoutMs, context, interrupted)
  if (interrupted.happened) throw new ExitCode(130)
  if (timedOut || !status) {
    for (const problem of status?.problems ?? []) context.err(`${formatDiagnostic(problem)}\n`)
    context.err(`The mesh is not ready after ${flags.timeout}.\n`)
    throw new ExitCode(1)
  }
  for (const problem of status.problems) if (problem.severity === 'warning') context.err(`${formatDiagnostic(problem)}\n`)
  const stamp = await folderStamp(mesh.folder)
  const { resources } = await readFolder(mesh.folder)
  context.err('Everything is ready. Sending requests through the gateway ...\n')
  const rows = await observe({ stateFolder: mesh.stateFolder, status, resources }, FIRST_PAGES, specialRequests())
  const missing = unmet(rows, resources)
  const shown = shownFolder(mesh.folder, context)
  if (flags.json) context.out(`${JSON.stringify(rows, null, 2)}\n`)
  else context.out(`\nEach line is a call from one sidecar to another. Below it stand the lines of YAML\nthat decided it, in ${shown}.\n${demoTable(rows, styleOf(mesh, context))}`)
  for (const text of missing) context.err(`NOT SEEN: ${text}\n`)
  if (!flags.once) {
    context.err(closingWords(status, resources, shown))
    context.err((await watchSplit(mesh, status, stamp, context, interrupted)) === 'down' ? 'The mesh was taken down.\n' : 'Stopping ...\n')
    return
  }
  if (missing.length > 0) throw new ExitCode(1)
}

function styleOf(mesh: FoundMesh, context: CliContext): TableStyle {
  const files = new Map<string, readonly string[]>()
  const linesOf = (file: string): readonly string[] => {
    try {
      return readFileSync(join(mesh.folder, file), 'utf8').split('\n')
    } catch {
      return []
    }
  }
  const remembered = (file: string): readonly string[] => {
    const lines = files.get(file) ?? linesOf(file)
    files.set(file, lines)
    return lines
  }
  return {
    columns: context.columns,
    // A terminal has a width; https://no-color.org is how its user says no.
    colour: context.columns !== undefined && !context.env['NO_COLOR'] && context.env['TERM'] !== 'dumb',
    lineOf: (file, line) => sayingLine(remembered(file), line - 1),
  }
}

/** The text of a line; one that only opens a block (`rules:`) is said with the first line of its content. */
function sayingLine(lines: readonly string[], at: number): string {
  const text = (lines[at] ?? '').trim().replace(/^- /, '')
  return text.endsWith(':') && at + 1 < lines.length ? `${text} ${sayingLine(lines, at + 1)}` : text
}

/** As short as it can be given to an editor. */
function shownFolder(folder: string, context: CliContext): string {
  const path = relative(context.cwd, folder) || '.'
  return path.startsWith('..') ? folder : path
}

function closingWords(status: LocalStatus, resources: readonly Resource[], shown: string): string {
  const places = splitPlaces(resources).map(({ file, line }) => `${shown}/${file}:${line}`)
  return `
The mesh stays up: http://${status.gateways[0]?.ports[0]?.listen}/productpage
Edit and save: within a second traffic moves, and is shown here. The weights are in
  ${places.join('\n  ') || `${shown}/config/reviews.yaml`}
In another terminal: npx istioctl proxy-config routes productpage-v1
Ctrl-C stops everything.
`
}
