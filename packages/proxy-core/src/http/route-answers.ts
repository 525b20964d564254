/** Answers of the route table itself, without an upstream: redirects, direct responses, and that there is no route. */
import { plainResponseHead } from '../codec/head/plain-heads.ts'
import { httpsLocation, redirectLocation } from '../router/rewrite.ts'
import type { CompiledAction, CompiledRoute, ForwardAction } from '../router/route-table.ts'
import { Flag } from '../stream/response-flags.ts'
import type { Exchange } from './exchange.ts'

/** The virtual host takes this request by HTTPS only. */
export function redirectToHttps(exchange: Exchange): void {
  exchange.hcm.stats.rq_redirect.value++
  exchange.reply(301, '', 'direct_response', [['location', httpsLocation(exchange.head)]])
}

/** No route of the table takes this request. */
export function replyNoRoute(exchange: Exchange): void {
  exchange.hcm.stats.no_route.value++
  exchange.info.flags |= Flag.NoRoute
  exchange.reply(404, '', 'route_not_found')
}

/** Answers as the route says. */
export function answerRoute(exchange: Exchange, { match }: CompiledRoute, action: Exclude<CompiledAction, ForwardAction>): void {
  const { head, hcm } = exchange
  switch (action.kind) {
    case 'redirect': {
      hcm.stats.rq_redirect.value++
      const scheme = head.get('x-forwarded-proto') ?? head.scheme
      return exchange.reply(action.code, '', 'direct_response', [['location', redirectLocation(action, match, head, scheme)]])
    }
    case 'direct': {
      hcm.stats.rq_direct_response.value++
      const { body } = action
      const withBody = body.length > 0
      const answer = plainResponseHead(action.status, withBody ? [['content-length', String(body.length)], ['content-type', 'text/plain']] : [])
      const empty = !withBody || head.method === 'HEAD'
      exchange.respond(answer, empty, 'direct_response')
      if (!empty) exchange.respondData(body, 0, body.length, true)
      return
    }
    case 'none': return exchange.reply(404, '', 'route_not_found')
  }
}
