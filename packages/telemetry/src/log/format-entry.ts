/** One log entry as one line: Istio's text form or JSON. */
import type { LogEntry } from './log.ts'

const seen = (value: unknown): string => {
  if (value instanceof Error) return value.message
  if (typeof value === 'string') return /[\s"=]/.test(value) || value === '' ? JSON.stringify(value) : value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, '\\n')

/** `2025-01-01T00:00:00.000000Z	info	ads	message	key=value`, tab separated as Istio prints it; line breaks are escaped (no forged entries). */
export function formatText(entry: LogEntry): string {
  const fields = Object.entries(entry.fields).map(([key, value]) => `\t${key}=${seen(value)}`).join('')
  const time = new Date(entry.time).toISOString().replace('Z', '000Z')
  return oneLine(`${time}\t${entry.level}\t${entry.scope}\t${entry.message}${fields}`)
}

/** The form of Istio's `--log_as_json`. */
export function formatJson(entry: LogEntry): string {
  const fields = Object.fromEntries(Object.entries(entry.fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]))
  return JSON.stringify({ ...fields, level: entry.level, time: new Date(entry.time).toISOString(), scope: entry.scope, msg: entry.message })
}
