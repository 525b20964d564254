/** Telemetry that writes: log lines to a stream. */
export { streamLogSink, type LineStream } from './stream-log-sink.ts'
