/** What every response head gets on its way to the client: the route's edits, and the fields of the connection manager. */
import type { RequestHead, ResponseHead } from '../codec/codec.ts'
import { applyHeaderEdits } from '../headers/header-edits.ts'
import type { CompiledRoute, WeightedChoice } from '../router/route-table.ts'
import type { StreamInfo } from '../stream/stream-info.ts'
import type { Hcm } from './hcm.ts'
import { DECORATOR } from './request-headers.ts'

/** The edits of each level of the route table, innermost first (or last, where the table says so). */
export function editResponse(head: ResponseHead, route: CompiledRoute, choice: WeightedChoice | undefined, info: StreamInfo): void {
  const levels = [choice?.responseEdits, route.responseEdits, route.virtualHost.responseEdits, route.table.responseEdits]
  if (route.table.mostSpecificEditsWin) levels.reverse()
  for (const edits of levels) if (edits) applyHeaderEdits(edits, head, info)
}

/** `server`, `date` and what else the listener wants said; `clock` gives the date, if the origin gave none. */
export function finishResponse(head: ResponseHead, request: RequestHead, hcm: Hcm, clock: { date(): string }): void {
  if (hcm.serverHeader === 'overwrite' || (hcm.serverHeader === 'append-if-absent' && !head.has('server'))) head.set('server', hcm.serverName)
  // The answer of a server's Envoy to the same: the client's takes it.
  if (hcm.traced && hcm.direction === 'OUTBOUND' && head.has(DECORATOR)) head.remove(DECORATOR)
  if (!head.has('date')) head.set('date', clock.date())
  if (hcm.respondWithRequestId) head.set('x-request-id', request.get('x-request-id') ?? '')
}

/** Counts a response by its class. */
export function countResponse({ stats }: Hcm, status: number): void {
  if (status >= 500) stats.downstream_rq_5xx.value++
  else if (status >= 400) stats.downstream_rq_4xx.value++
  else if (status >= 300) stats.downstream_rq_3xx.value++
  else if (status >= 200) stats.downstream_rq_2xx.value++
  else stats.downstream_rq_1xx.value++
}
