/** Writes log entries as lines to a stream (standard error in the apps: standard output belongs to data). */
import { formatJson, formatText } from '../log/format-entry.ts'
import type { LogSink } from '../log/log.ts'

/** The part of a writable stream that is needed. */
export interface LineStream {
  write(text: string): unknown
}

/** A sink of text lines, or of JSON lines with `json`. */
export function streamLogSink(stream: LineStream, options: { readonly json?: boolean } = {}): LogSink {
  const format = options.json === true ? formatJson : formatText
  return (entry) => void stream.write(`${format(entry)}\n`)
}
