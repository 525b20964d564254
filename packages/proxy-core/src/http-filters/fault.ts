/** envoy.filters.http.fault: delays and aborts. */
import { durationMs, fraction } from '../config/scalars.ts'
import { unpack, type Any } from '../config/wire.ts'
import type { Report } from '../config/report.ts'
import type { Exchange } from '../http/exchange.ts'
import type { HttpFilterKind } from '../http/http-filter.ts'
import { compileHeaderMatcher, type HeadTest } from '../match/header-matcher.ts'
import { Flag } from '../stream/response-flags.ts'

const TYPE = 'envoy.extensions.filters.http.fault.v3.HTTPFault'

interface Fault {
  readonly delayMs: number
  readonly delayShare: number
  readonly abortStatus: number
  readonly abortGrpc: number | undefined
  readonly abortShare: number
  readonly headers: readonly HeadTest[]
  readonly upstreamCluster: string
  readonly maxActive: number
}

export const faultFilter: HttpFilterKind = {
  types: [TYPE],
  perRouteTypes: [TYPE],
  compile(name, config, _context, path, report) {
    const own = compileFault(config, path, report)
    let active = 0
    return {
      name,
      onRequest(exchange) {
        const fault = (exchange.perRoute(name) as Fault | undefined) ?? own
        if (fault.delayShare === 0 && fault.abortShare === 0) return 'continue'
        if (!applies(fault, exchange) || active >= fault.maxActive) return 'continue'
        const delayed = fault.delayShare > 0 && exchange.runtime.random() < fault.delayShare
        const aborted = fault.abortShare > 0 && exchange.runtime.random() < fault.abortShare
        if (!delayed) return aborted ? abort(fault, exchange) : 'continue'
        active++
        exchange.info.flags |= Flag.DelayInjected
        exchange.hcm.stats['fault.delays_injected'].value++
        exchange.runtime.clock.after(fault.delayMs, () => {
          active--
          if (exchange.done) return
          if (aborted) abort(fault, exchange)
          else exchange.continueRequest()
        })
        return 'stop'
      },
    }
  },
  compilePerRoute: compileFault,
}

function applies(fault: Fault, exchange: Exchange): boolean {
  if (fault.upstreamCluster !== '') {
    const action = exchange.route?.action
    const cluster = action?.kind !== 'forward' ? '' : action.target.kind === 'cluster' ? action.target.name : exchange.weightedChoice?.name ?? ''
    if (cluster !== fault.upstreamCluster) return false
  }
  return fault.headers.every((test) => test(exchange.head))
}

function abort(fault: Fault, exchange: Exchange): 'stop' {
  exchange.info.flags |= Flag.FaultInjected
  exchange.hcm.stats['fault.aborts_injected'].value++
  if (fault.abortGrpc !== undefined) {
    exchange.reply(200, 'fault filter abort', 'fault_filter_abort', [], fault.abortGrpc)
  } else exchange.reply(fault.abortStatus, 'fault filter abort', 'fault_filter_abort')
  return 'stop'
}

function compileFault(config: Any, path: string, report: Report): Fault {
  const fault = unpack(config, TYPE) ?? {}
  return {
    delayMs: durationMs(fault.delay?.fixedDelay, 0),
    delayShare: fault.delay?.fixedDelay === undefined ? 0 : fraction(fault.delay.percentage, 0),
    abortStatus: fault.abort?.httpStatus ?? 503,
    abortGrpc: fault.abort?.grpcStatus,
    abortShare: fault.abort ? fraction(fault.abort.percentage, 0) : 0,
    headers: (fault.headers ?? []).map((header, i) => compileHeaderMatcher(header, `${path}.headers[${i}]`, report)),
    upstreamCluster: fault.upstreamCluster ?? '',
    maxActive: fault.maxActiveFaults ?? Infinity,
  }
}
