/** Why a value was computed: the chain of changes that led to it. */

/** One step of a trace; `because` are the changes that asked for it, innermost causes last. */
export interface TraceStep {
  readonly collection: string
  /** Absent = the collection as a whole was read. */
  readonly key?: string
  /** Number of the transaction in which it was computed; 0 = when it was first asked for, outside of any; absent for sources. */
  readonly transaction?: number
  readonly because: readonly TraceStep[]
}

/** A trace as indented lines: `routes[a] (transaction 7)` and below it what changed. */
export function formatTrace(step: TraceStep, indent = ''): string {
  const name = step.key === undefined ? `${step.collection}[*]` : `${step.collection}[${step.key}]`
  const when = step.transaction === undefined ? '' : step.transaction === 0 ? ' (first asked for)' : ` (transaction ${step.transaction})`
  return [`${indent}${name}${when}`, ...step.because.map((cause) => formatTrace(cause, `${indent}  `))].join('\n')
}
