/** Command line and environment -> options; the only reader of `process.env` here. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { LogLevel } from '@istio-ts/telemetry'
import { parseBootstrap, type ProxyBootstrap } from './bootstrap.ts'
import type { EnvoyEnvironment } from './engines/envoy/binary.ts'
import { badArguments, badBootstrap } from './errors.ts'

/** Everything the process is told. */
export interface Options {
  readonly bootstrap: ProxyBootstrap
  readonly hostname: string
  /** For `%ENVIRONMENT(X)%` in log formats. */
  readonly environment: (name: string) => string | undefined
  readonly logLevel: LogLevel
  /** Where a real Envoy may be. */
  readonly envoy: EnvoyEnvironment
}

/** The environment of `engines/envoy`. */
export const envoyEnvironment = (env: Readonly<Record<string, string | undefined>>): EnvoyEnvironment => ({ given: env['ISTIO_TS_ENVOY'], path: env['PATH'], xdgCacheHome: env['XDG_CACHE_HOME'] })

/** Reads `--config FILE` (or `ISTIO_TS_PROXY_CONFIG`) and `--log-level LEVEL`. @throws MeshError MESH0920, MESH0921 */
export function readOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Options {
  let file = env['ISTIO_TS_PROXY_CONFIG']
  let logLevel = env['ISTIO_TS_LOG_LEVEL'] ?? 'info'
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? ''
    const [name = '', inline] = argument.split('=', 2)
    const value = (): string => {
      const given = inline ?? argv[++i]
      if (given === undefined) throw badArguments(`${name} needs a value.`)
      return given
    }
    if (name === '--config') file = value()
    else if (name === '--log-level') logLevel = value()
    else throw badArguments(`unknown argument ${argument}.`)
  }
  if (file === undefined) throw badArguments('--config is missing.')
  if (!isLevel(logLevel)) throw badArguments(`unknown log level ${logLevel}.`)
  return { bootstrap: readBootstrap(file), hostname: env['HOSTNAME'] ?? hostname(), environment: (name) => env[name], logLevel, envoy: envoyEnvironment(env) }
}

const LEVELS: readonly string[] = ['none', 'error', 'warn', 'info', 'debug'] satisfies readonly LogLevel[]
const isLevel = (text: string): text is LogLevel => LEVELS.includes(text)

function readBootstrap(file: string): ProxyBootstrap {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw badBootstrap(file, error instanceof Error ? error.message : String(error), error)
  }
  const parsed = parseBootstrap(text)
  if ('problem' in parsed) throw badBootstrap(file, parsed.problem)
  return parsed.bootstrap
}
