/** Reads `--log_output_level`: `default:info,ads:debug`, as Istio's binaries take it. */
import type { LogLevel } from './log.ts'

/** Level per scope; `default` holds for scopes that are not named. */
export type LogLevels = ReadonlyMap<string, LogLevel>

const words: Readonly<Record<string, LogLevel>> = { none: 'none', fatal: 'error', error: 'error', warn: 'warn', info: 'info', debug: 'debug' }

/**
 * Parses the flag. A bare level sets the default; the default of the default is `info`, as in Istio. Unknown levels are returned
 * in `unknown` for the caller's own message.
 */
export function parseLogLevels(text: string): { readonly levels: LogLevels; readonly unknown: readonly string[] } {
  const levels = new Map<string, LogLevel>([['default', 'info']])
  const unknown: string[] = []
  for (const part of text.split(',').map((item) => item.trim()).filter((item) => item !== '')) {
    const colon = part.lastIndexOf(':')
    const scope = colon < 0 ? 'default' : part.slice(0, colon)
    const word = part.slice(colon + 1)
    const level = Object.hasOwn(words, word) ? words[word] : undefined
    if (level) levels.set(scope === 'all' ? 'default' : scope, level)
    else unknown.push(part)
  }
  return { levels, unknown }
}

/** Level of a scope: its own, else that of the nearest parent (`a.b` -> `a`), else the default. */
export function levelOfScope(levels: LogLevels, scope: string): LogLevel {
  for (let name = scope; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const level = levels.get(name)
    if (level) return level
  }
  return levels.get('default') ?? 'info'
}
