/** Structured logging as a port: living components take a {@link Log}, pure code has none. */

/** Istio's levels, most severe first; `none` switches a scope off. @see `--log_output_level` of Istio's binaries */
export type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug'

/** What an entry carries besides its message; values are printed, so no secrets (use `SecretText`). */
export type LogFields = Readonly<Record<string, unknown>>

/** One log entry as data. */
export interface LogEntry {
  /** Wall clock, milliseconds since the epoch. */
  readonly time: number
  readonly level: Exclude<LogLevel, 'none'>
  readonly scope: string
  readonly message: string
  readonly fields: LogFields
}

/** Where a component says what it does. */
export interface Log {
  readonly scope: string
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  /** Whether entries of this level are kept; ask before building costly fields. */
  enabled(level: Exclude<LogLevel, 'none'>): boolean
  /** A log of a narrower scope (`ads` -> `ads.session`) that adds `fields` to each entry. */
  child(scope: string, fields?: LogFields): Log
}

/** Takes finished entries; the only part of logging that does IO. */
export type LogSink = (entry: LogEntry) => void

/** What {@link createLog} needs. */
export interface LogOptions {
  readonly sink: LogSink
  /** Wall clock in milliseconds. */
  readonly now: () => number
  /** Level of a scope, asked per entry so that levels may change at run time. */
  readonly levelOf: (scope: string) => LogLevel
}

const severity: Readonly<Record<LogLevel, number>> = { none: 0, error: 1, warn: 2, info: 3, debug: 4 }

/** True if an entry of `level` passes a scope set to `limit`. */
export const passesLevel = (level: LogLevel, limit: LogLevel): boolean => severity[level] <= severity[limit] && level !== 'none'

/** Makes the root log of a process. */
export function createLog(options: LogOptions, scope = 'default', fields: LogFields = {}): Log {
  const enabled = (level: Exclude<LogLevel, 'none'>): boolean => passesLevel(level, options.levelOf(scope))
  const write = (level: Exclude<LogLevel, 'none'>) => (message: string, more?: LogFields): void => {
    if (enabled(level)) options.sink({ time: options.now(), level, scope, message, fields: more ? { ...fields, ...more } : fields })
  }
  return {
    scope,
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    enabled,
    child: (name, more) => createLog(options, scope === 'default' ? name : `${scope}.${name}`, more ? { ...fields, ...more } : fields),
  }
}

/** A log that keeps nothing; the default of libraries. */
export const silentLog = (): Log => createLog({ sink: () => undefined, now: () => 0, levelOf: () => 'none' })
