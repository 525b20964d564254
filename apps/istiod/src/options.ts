/** The options of istiod: flags over environment over defaults, read once. The only reader of the environment. */
import { parseArgs } from 'node:util'
import { levelOfScope, parseLogLevels, type LogLevel } from '@istio-ts/telemetry'
import { badOptions } from './errors.ts'

/** Where a port is bound; port 0 = any free one, which is then reported on standard output as JSON. */
export interface PortOptions {
  readonly host: string
  readonly port: number
}

/** Everything istiod is told at start; frozen. */
export interface Options {
  /** Folder of YAML with the configuration. */
  readonly configDir: string
  /** Keys and, in a local mesh, the files of the supervisor. */
  readonly stateDir: string
  /** A mesh on one machine: LocalMesh is read, tokens are those of the supervisor. */
  readonly local: boolean
  /** Plaintext xDS; always on loopback, because it has no authentication. */
  readonly xds: PortOptions
  /** xDS and CA with TLS. */
  readonly secureXds: PortOptions
  /** /ready and /debug. */
  readonly http: PortOptions
  /** /metrics and /version. */
  readonly monitoring: PortOptions
  /** Overrides `trustDomain` of MeshConfig. */
  readonly trustDomain?: string
  readonly levelOf: (scope: string) => LogLevel
  readonly logAsJson: boolean
  /** Lifetime of workload certificates, milliseconds; Istio's DEFAULT_WORKLOAD_CERT_TTL and MAX_WORKLOAD_CERT_TTL. */
  readonly defaultCertTtlMs: number
  readonly maxCertTtlMs: number
}

/** The options as `--help` shows them; `docs/options.md` is made of these. */
export const optionSpecs = {
  'config-dir': { type: 'string', help: 'folder of YAML with the configuration' },
  'state-dir': { type: 'string', help: 'folder for the CA key and other state' },
  'local': { type: 'boolean', help: 'serve a mesh on one machine (LocalMesh, tokens of the supervisor)' },
  'xds-port': { type: 'string', help: 'plaintext xDS on loopback (default 15010)' },
  'secure-xds-port': { type: 'string', help: 'xDS and CA over TLS (default 15012)' },
  'http-port': { type: 'string', help: '/ready and /debug (default 8080)' },
  'monitoring-port': { type: 'string', help: '/metrics and /version (default 15014)' },
  'bind': { type: 'string', help: 'address of the TLS port (default 0.0.0.0; 127.0.0.1 with --local)' },
  'trust-domain': { type: 'string', help: "trust domain (default: MeshConfig's)" },
  'log_output_level': { type: 'string', help: 'levels by scope, e.g. default:info,ads:debug' },
  'log_as_json': { type: 'boolean', help: 'log JSON lines' },
  'help': { type: 'boolean', help: 'show this help' },
  'version': { type: 'boolean', help: 'show the version' },
} as const

/** What `main` got to do. */
export type Command = { readonly run: 'serve'; readonly options: Options } | { readonly run: 'help' | 'version' }

/** Reads options. @throws MeshError MESH0980 naming every mistake. */
export function readOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  // Istio's own images start `pilot-discovery discovery`; the word is accepted.
  const args = argv[0] === 'discovery' ? argv.slice(1) : [...argv]
  const values = parseFlags(args)
  if (values.help === true) return { run: 'help' }
  if (values.version === true) return { run: 'version' }
  const mistakes: string[] = []
  const port = (flag: 'xds-port' | 'secure-xds-port' | 'http-port' | 'monitoring-port', fallback: number): number => {
    const text = values[flag]
    if (text === undefined) return fallback
    const number = Number(text)
    if (!/^\d+$/.test(text) || number > 65535) mistakes.push(`--${flag} ${text} is no port`)
    return number
  }
  const required = (flag: 'config-dir' | 'state-dir'): string => {
    const text = values[flag]
    if (text === undefined || text === '') mistakes.push(`--${flag} is missing`)
    return text ?? ''
  }
  const { levels, unknown } = parseLogLevels(values['log_output_level'] ?? '')
  mistakes.push(...unknown.map((part) => `--log_output_level has no level ${part}`))
  const local = values.local === true
  const trustDomain = values['trust-domain']
  const options: Options = {
    configDir: required('config-dir'),
    stateDir: required('state-dir'),
    local,
    xds: { host: '127.0.0.1', port: port('xds-port', 15010) },
    secureXds: { host: values.bind ?? (local ? '127.0.0.1' : '0.0.0.0'), port: port('secure-xds-port', 15012) },
    http: { host: '127.0.0.1', port: port('http-port', 8080) },
    monitoring: { host: values.bind ?? '127.0.0.1', port: port('monitoring-port', 15014) },
    ...(trustDomain === undefined ? {} : { trustDomain }),
    levelOf: (scope) => levelOfScope(levels, scope),
    logAsJson: values['log_as_json'] === true,
    defaultCertTtlMs: duration('DEFAULT_WORKLOAD_CERT_TTL', env, 24 * HOUR, mistakes),
    maxCertTtlMs: duration('MAX_WORKLOAD_CERT_TTL', env, 90 * 24 * HOUR, mistakes),
  }
  if (mistakes.length > 0) throw badOptions(mistakes)
  return { run: 'serve', options: Object.freeze(options) }
}

const HOUR = 3_600_000

type Flags = { readonly [Flag in keyof typeof optionSpecs]?: (typeof optionSpecs)[Flag]['type'] extends 'boolean' ? boolean : string }

function parseFlags(args: readonly string[]): Flags {
  try {
    return parseArgs({ args: [...args], options: optionSpecs, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw badOptions([error instanceof Error ? error.message : String(error)])
  }
}

/** Go durations of whole parts (`24h0m0s`), as Istio's environment has them. */
function duration(name: string, env: Readonly<Record<string, string | undefined>>, fallback: number, mistakes: string[]): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text)
  const ms = match ? (Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)) * 1000 : 0
  if (ms <= 0) mistakes.push(`${name}=${text} is no positive duration such as 24h`)
  return ms
}

/** The text of `--help`. */
export const helpText = (): string =>
  `istiod: the control plane of istio-ts\n\n${Object.entries(optionSpecs).map(([name, { help }]) => `  --${name.padEnd(18)} ${help}`).join('\n')}\n`
