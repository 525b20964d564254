/** Sends the demo's requests and joins what the sidecars logged of them to rows. */
import { systemClock } from '@istio-ts/foundation/node'
import type { Resource } from '@istio-ts/api-types'
import { selectLocalMesh } from '@istio-ts/local'
import type { LocalStatus } from '@istio-ts/local/node'
import { logReader, type LogEntry } from './access-log.ts'
import { splitOf, splitSeen } from './expectations.ts'
import { partiesOf } from './parties.ts'
import { pageRequest, send, type DemoRequest } from './requests.ts'
import { demoRows, type DemoRow } from './rows.ts'

/** Requests at most while a version of the split is still unseen. */
const MAX_REQUESTS = 60
/** Access logs are written in batches: when nothing new has come for that long, it is all; longer where something is missing. */
const QUIET_MS = 400
const INCOMPLETE_QUIET_MS = 4000
const LONGEST_WAIT_MS = 8000

/** The mesh that requests are sent through. */
export interface ObservedMesh {
  readonly stateFolder: string
  readonly status: LocalStatus
  readonly resources: readonly Resource[]
}

/** Asks for `pages`, then `others`, then for as many pages again until every version with a share was seen. */
export async function observe({ stateFolder, status, resources }: ObservedMesh, pages: number, others: readonly DemoRequest[]): Promise<readonly DemoRow[]> {
  const gateway = status.gateways[0]?.ports[0]?.listen ?? ''
  const parties = await partiesOf(status, selectLocalMesh(resources).mesh?.spec)
  const reader = logReader(stateFolder, parties.map((party) => party.key))
  const requests: DemoRequest[] = []
  const entries: LogEntry[] = []
  const ask = async (request: DemoRequest): Promise<void> => {
    requests.push(request)
    await send(gateway, request)
  }
  const rows = (): readonly DemoRow[] => demoRows(requests, entries, parties, resources)
  const split = splitOf(resources)
  let next = others
  do {
    for (let i = 0; i < pages; i++) await ask(pageRequest())
    for (const request of next) await ask(request)
    next = []
    await settle(reader.read, entries, requests)
  } while (!splitSeen(rows(), split) && requests.length < MAX_REQUESTS)
  return rows()
}

async function settle(read: () => readonly LogEntry[], entries: LogEntry[], requests: readonly DemoRequest[]): Promise<void> {
  const ids = new Set(requests.map((request) => request.id))
  let quietSince = systemClock.monotonic()
  const deadline = quietSince + LONGEST_WAIT_MS
  while (systemClock.monotonic() < deadline) {
    const fresh = read().filter((entry) => ids.has(entry.demoId))
    entries.push(...fresh)
    const now = systemClock.monotonic()
    if (fresh.length > 0) quietSince = now
    const complete = requests.every((request) => entries.some((entry) => entry.demoId === request.id && entry.upstreamCluster.startsWith('outbound|')))
    if (now - quietSince > (complete ? QUIET_MS : INCOMPLETE_QUIET_MS)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
