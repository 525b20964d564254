/** What a living component is given to be observable. */
import { silentLog, type Log, type LogFields } from './log/log.ts'
import { silentMeter, type Meter } from './metrics/meter.ts'
import { silentTracer, type Tracer } from './tracing/tracer.ts'

/** Log, meter and tracer of one component. */
export interface Telemetry {
  readonly log: Log
  readonly meter: Meter
  readonly tracer: Tracer
}

/** The same telemetry with the log narrowed to a child scope. */
export const childTelemetry = (parent: Telemetry, scope: string, fields?: LogFields): Telemetry => ({ ...parent, log: parent.log.child(scope, fields) })

/** Keeps nothing; the default of libraries and tests. */
export const silentTelemetry = (): Telemetry => ({ log: silentLog(), meter: silentMeter(), tracer: silentTracer() })
