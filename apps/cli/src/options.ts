/** What the command line reads from its environment; the only reader of `process.env`. */
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { existsSync, realpathSync } from 'node:fs'

/** The environment, read once. */
export interface CliOptions {
  readonly cwd: string
  readonly home: string
  readonly xdgStateHome: string | undefined
  /** The whole environment: what processes of a local mesh inherit. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The Node that runs this program: 24 or newer (the bin has seen to that). */
  readonly node: string
  /** Committed bins of the sister apps. */
  readonly cliBin: string
  readonly istiodBin: string
  readonly proxyBin: string
  /** Width of the terminal, if there is one. */
  readonly columns: number | undefined
}

/** Reads the options. `script` is the bin that was started. */
export function readOptions(env: NodeJS.ProcessEnv, script: string): CliOptions {
  const cliBin = script === '' ? join(import.meta.dirname, '../../bin/istioctl.js') : realpathSync(script)
  return {
    cwd: process.cwd(),
    home: homedir(),
    xdgStateHome: env['XDG_STATE_HOME'],
    env: { ...env },
    node: process.execPath,
    cliBin,
    istiodBin: sister(cliBin, 'istiod', 'istiod'),
    proxyBin: sister(cliBin, 'proxy', 'proxy'),
    columns: process.stdout.columns,
  }
}

/** A bin of another app: beside ours in the repository, under node_modules/@istio-ts where we are installed. */
function sister(cliBin: string, app: string, bin: string): string {
  const beside = join(dirname(cliBin), '../..', app, 'bin', `${bin}.js`)
  if (existsSync(beside)) return beside
  return join(dirname(cliBin), '../../..', '@istio-ts', app, 'bin', `${bin}.js`)
}
