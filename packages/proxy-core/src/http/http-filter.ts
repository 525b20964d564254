/** What an HTTP filter is: compiled once, without state of its own per request (that lives in the exchange). */
import type { ResponseHead } from '../codec/codec.ts'
import type { Report } from '../config/report.ts'
import type { Any } from '../config/wire.ts'
import type { Exchange } from './exchange.ts'
import type { HcmContext } from './hcm-context.ts'

/** `stop`: the filter has answered, or will call `exchange.continueRequest()` later. */
export type FilterVerdict = 'continue' | 'stop'

/** A compiled filter; bodies pass by, unseen. */
export interface HttpFilter {
  /** The name in the chain; `typed_per_filter_config` refers to it. */
  readonly name: string
  /** In chain order, with the request head. */
  readonly onRequest?: (exchange: Exchange) => FilterVerdict
  /** In reverse order, with the head of the final response (also of local replies). */
  readonly onResponse?: (exchange: Exchange, head: ResponseHead) => void
  /** After the exchange is over, in chain order; `info` is complete. */
  readonly onComplete?: (exchange: Exchange) => void
}

/** How filters of one type are made. */
export interface HttpFilterKind {
  /** Type names (without prefix) of the configurations it takes; inside a TypedStruct as well. */
  readonly types: readonly string[]
  /** Undefined: nothing to do at run time. */
  compile(name: string, config: Any, context: HcmContext, path: string, report: Report): HttpFilter | undefined
  /** Types of `typed_per_filter_config` and their compilation. */
  readonly perRouteTypes?: readonly string[]
  compilePerRoute?(config: Any, path: string, report: Report): unknown
}
