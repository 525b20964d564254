/** The demo itself: up, requests, table, and then it stays up. */
import { formatDiagnostic, parseDuration, type JsonPath } from '@istio-ts/foundation'
import { systemClock } from '@istio-ts/foundation/node'
import type { Resource } from '@istio-ts/api-types'
import { selectLocalMesh } from '@istio-ts/local'
import { httpGet, takeDown, type LocalStatus } from '@istio-ts/local/node'
import { ExitCode, type CliContext } from '../../context.ts'
import { formatTable } from '../../output/table.ts'
import { badDuration, badOutput } from '../local/errors.ts'
import { findMesh, isRunning, type FoundMesh } from '../local/find-mesh.ts'
import { interruption, type Interruption } from '../local/interruption.ts'
import { readFolder } from '../local/read-folder.ts'
import { bringUp } from '../local/bring-up.ts'
import { logReader, type LogEntry } from './access-log.ts'
import { splitOf, splitSeen, unmet } from './expectations.ts'
import type { DemoFlags } from './index.ts'
import { pageRequest, send, specialRequests, type DemoRequest } from './requests.ts'
import type { HopParty } from './hop-party.ts'
import { demoRows, gatewayPrincipal, type DemoRow } from './rows.ts'

/** Pages asked for before and at most while a version of the split is still unseen. */
const FIRST_PAGES = 6
const MAX_PAGES = 60

/** Runs the demo. @throws ExitCode 1 if something that must be seen was not */
export async function demo(flags: DemoFlags, context: CliContext): Promise<void> {
  if (flags.output !== undefined && flags.output !== 'json') throw badOutput(flags.output)
  const timeoutMs = parseDuration(flags.timeout)
  if (timeoutMs === undefined) throw badDuration(flags.timeout)
  const mesh = await findMesh(flags.filename, context)
  const interrupted = interruption(context)
  // A mesh that was up before is somebody's: it is used, and left as it is.
  const borrowed = isRunning(mesh.stateFolder)
  try {
    await runDemo(mesh, { ...flags, timeoutMs }, context, interrupted)
  } finally {
    if (!borrowed) await takeDown(systemClock, mesh.stateFolder)
    interrupted.dispose()
  }
}

async function runDemo(mesh: FoundMesh, flags: DemoFlags & { readonly timeoutMs: number }, context: CliContext, interrupted: Interruption): Promise<void> {
  context.err(`Starting the mesh of ${mesh.folder} ...\n`)
  const { status, timedOut } = await bringUp(mesh, flags.timeoutMs, context, interrupted)
  if (interrupted.happened) throw new ExitCode(130)
  if (timedOut || !status) {
    for (const problem of status?.problems ?? []) context.err(`${formatDiagnostic(problem)}\n`)
    context.err(`The mesh is not ready after ${flags.timeout}.\n`)
    throw new ExitCode(1)
  }
  const { resources } = await readFolder(mesh.folder)
  context.err('Everything is ready. Sending requests through the gateway ...\n')
  const rows = await observe(mesh, status, resources)
  const missing = unmet(rows, resources)
  if (flags.output === 'json') context.out(`${JSON.stringify(rows, null, 2)}\n`)
  else context.out(demoTable(rows))
  for (const text of missing) context.err(`NOT SEEN: ${text}\n`)
  if (!flags.once) {
    context.err(closingWords(status, resources))
    await interrupted.wait
    context.err('Stopping ...\n')
    return
  }
  if (missing.length > 0) throw new ExitCode(1)
}

async function observe(mesh: FoundMesh, status: LocalStatus, resources: readonly Resource[]): Promise<readonly DemoRow[]> {
  const gateway = status.gateways[0]?.ports[0]?.listen ?? ''
  const parties = await partiesOf(status, resources)
  const reader = logReader(mesh.stateFolder, parties.map((party) => party.key))
  const requests: DemoRequest[] = []
  const entries: LogEntry[] = []
  const ask = async (request: DemoRequest): Promise<void> => {
    requests.push(request)
    await send(gateway, request)
  }
  const split = splitOf(resources)
  for (let i = 0; i < FIRST_PAGES; i++) await ask(pageRequest())
  for (const request of specialRequests()) await ask(request)
  await settle(reader.read, entries, requests)
  while (!splitSeen(demoRows(requests, entries, parties, resources), split) && requests.length < MAX_PAGES) {
    for (let i = 0; i < FIRST_PAGES; i++) await ask(pageRequest())
    await settle(reader.read, entries, requests)
  }
  return demoRows(requests, entries, parties, resources)
}

/** Access logs are written in batches: waits until nothing new has come for a while. */
async function settle(read: () => readonly LogEntry[], entries: LogEntry[], requests: readonly DemoRequest[]): Promise<void> {
  const ids = new Set(requests.map((request) => request.id))
  let quietSince = systemClock.monotonic()
  const deadline = quietSince + 8000
  while (systemClock.monotonic() < deadline) {
    const fresh = read().filter((entry) => ids.has(entry.demoId))
    entries.push(...fresh)
    const now = systemClock.monotonic()
    if (fresh.length > 0) quietSince = now
    const complete = requests.every((request) => entries.some((entry) => entry.demoId === request.id && entry.upstreamCluster.startsWith('outbound|')))
    if (now - quietSince > (complete ? 400 : 4000)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function partiesOf(status: LocalStatus, resources: readonly Resource[]): Promise<readonly HopParty[]> {
  const { mesh } = selectLocalMesh(resources)
  const workloads = await Promise.all(status.workloads.map(async (workload): Promise<HopParty> => ({
    key: `${workload.namespace}/${workload.name}`,
    name: workload.name,
    version: mesh?.spec.workloads.find((candidate) => candidate.namespace === workload.namespace && (candidate.name === workload.name || workload.name.startsWith(`${candidate.name}-`)))?.labels['version'] ?? null,
    principal: workload.principal,
    inbound: workload.proxy.inbound.map(({ listen }) => listen),
    policies: await policiesOf(workload.proxy.admin),
  })))
  const trustDomain = /^spiffe:\/\/([^/]+)/.exec(status.workloads[0]?.principal ?? '')?.[1] ?? 'cluster.local'
  const gateways = status.gateways.map((gateway): HopParty => ({ key: `${gateway.namespace}/${gateway.name}`, name: gateway.name, version: null, principal: gatewayPrincipal(trustDomain, gateway.namespace, gateway.name), inbound: [], policies: [] }))
  return [...workloads, ...gateways]
}

/** The authorization policies that a sidecar holds, from its own config dump. */
async function policiesOf(admin: string): Promise<HopParty['policies']> {
  const { body } = await httpGet(Number(admin.split(':')[1]), '/config_dump', 3000)
  const found = [...body.matchAll(/ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[\d+\]/g)].map((match) => ({ namespace: match[1] ?? '', name: match[2] ?? '' }))
  return [...new Map(found.map((policy) => [`${policy.namespace}/${policy.name}`, policy])).values()]
}

const WORDS: Readonly<Record<DemoRequest['shows'], string>> = { split: 'version split', abort: 'injected fault', delay: 'injected delay', retry: 'retry', denial: 'access denied' }

/** The rows for people: equal ones once, with their number. */
function demoTable(rows: readonly DemoRow[]): string {
  const groups = new Map<string, { readonly row: DemoRow; count: number }>()
  for (const row of rows) {
    const key = [row.shows, row.from, row.to, row.status, row.upstreamPod, row.attempts > 1, row.config.map((line) => `${line.file}:${line.line}`).join()].join('|')
    const group = groups.get(key)
    if (group) group.count++
    else groups.set(key, { row, count: 1 })
  }
  const line = ({ row, count }: { readonly row: DemoRow; readonly count: number }): readonly string[] => [
    WORDS[row.shows], `${count}x`, row.from, row.to, String(row.status), row.upstreamPod ? `${row.upstreamPod}${row.upstreamVersion ? ` (${row.upstreamVersion})` : ''}` : '-',
    row.tls ? row.sourcePrincipal.replace('spiffe://', '') : row.upstreamPod === null ? '-' : 'plain text', note(row), row.config.map((place) => `${place.file}:${place.line}`).join(' ') || '-',
  ]
  return `\n${formatTable(['SHOWS', '', 'FROM', 'TO', 'STATUS', 'ANSWERED BY', 'mTLS IDENTITY OF THE CALLER', 'NOTE', 'BECAUSE OF'], [...groups.values()].map(line), 2)}\n`
}

function note(row: DemoRow): string {
  if (row.attempts > 1) return `${row.attempts} attempts`
  return row.durationMs >= 500 ? `${row.durationMs} ms` : '-'
}

function closingWords(status: LocalStatus, resources: readonly Resource[]): string {
  const path: JsonPath = ['spec', 'http']
  const file = resources.find((resource) => resource.kind === 'VirtualService' && resource.metadata.name === 'reviews')?.source?.locate(path).file ?? 'config/reviews.yaml'
  return `\nThe mesh stays up: http://${status.gateways[0]?.ports[0]?.listen}/productpage
Edit the weights in ${file} (in the sample's folder), save, and reload the page: traffic moves within a second.
In another terminal: npx istioctl proxy-config routes productpage-v1
Ctrl-C stops everything.\n`
}
