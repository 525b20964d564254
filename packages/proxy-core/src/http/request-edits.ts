/** What a route does to a request head before it is sent: header edits of each level, the host and the path. */
import type { RequestHead } from '../codec/codec.ts'
import { applyHeaderEdits } from '../headers/header-edits.ts'
import { rewritePath } from '../router/rewrite.ts'
import type { CompiledRoute, ForwardAction, WeightedChoice } from '../router/route-table.ts'
import type { StreamInfo } from '../stream/stream-info.ts'

/** Edits the head in place; what was rewritten is told upstream in `x-envoy-original-*`. */
export function editRequest(head: RequestHead, route: CompiledRoute, action: ForwardAction, choice: WeightedChoice | undefined, info: StreamInfo): void {
  // Innermost level first (or last, where the table says so).
  const levels = [choice?.requestEdits, route.requestEdits, route.virtualHost.requestEdits, route.table.requestEdits]
  if (route.table.mostSpecificEditsWin) levels.reverse()
  for (const edits of levels) if (edits) applyHeaderEdits(edits, head, info)
  rewriteHost(head, action, choice)
  if (!action.rewrite) return
  const before = head.path
  const after = rewritePath(before, route.match, action.rewrite)
  if (after === before) return
  info.originalPath = before
  head.set('x-envoy-original-path', before)
  head.path = after
}

function rewriteHost(head: RequestHead, action: ForwardAction, choice: WeightedChoice | undefined): void {
  const host = choice?.hostRewrite ?? routeHost(head, action)
  if (host === undefined || host === '') return
  if (action.appendXForwardedHost) head.append('x-forwarded-host', head.authority)
  if (host !== head.authority) head.set('x-envoy-original-host', head.authority)
  head.authority = host
}

function routeHost(head: RequestHead, { host }: ForwardAction): string | undefined {
  switch (host?.kind) {
    case 'literal': return host.host
    case 'header': return head.get(host.header)
    case 'path': return host.regex.replaceAll(head.path.split('?')[0] ?? '', host.substitution)
    default: return undefined
  }
}
