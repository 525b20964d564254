/** The sample of the demo in a folder, a state folder and on ports of its own, so that a mesh that is already up is left alone. */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../proxies/processes.ts'

const root = join(import.meta.dirname, '../..')

/** A copy of the sample. */
export interface SampleMesh {
  readonly folder: string
  /** Environment with the state folder. */
  readonly env: NodeJS.ProcessEnv
  remove(): void
}

/** Copies it; `envoyFor` names the service whose sidecar is a real Envoy. */
export async function sampleMesh(envoyFor?: string): Promise<SampleMesh> {
  const base = mkdtempSync(join(tmpdir(), 'istio-ts-bench-'))
  const folder = join(base, 'bookshop')
  cpSync(join(root, 'samples/bookshop'), folder, { recursive: true })
  const file = join(folder, 'mesh.yaml')
  const text = readFileSync(file, 'utf8')
  const used = [...new Set([...text.matchAll(/(?:targetPort|listen): (\d+)/g)].map(([, port]) => port ?? ''))]
  const free = await freePorts(used.length)
  const moved = used.reduce((all, port, i) => all.replaceAll(new RegExp(`((?:targetPort|listen): )${port}\\b`, 'g'), `$1${free[i]}`), text)
  writeFileSync(file, envoyFor === undefined ? moved : moved.replace(`    service: ${envoyFor}\n`, `    service: ${envoyFor}\n    proxy: envoy\n`))
  return { folder, env: { ...process.env, XDG_STATE_HOME: join(base, 'state') }, remove: () => rmSync(base, { recursive: true, force: true }) }
}

const LIMIT_MS = 120_000

/** Runs a program in the project; resolves with its output and when `text` first stood in it. @throws Error with what it wrote if it fails */
export function runUntilEnd(env: NodeJS.ProcessEnv, command: string, args: readonly string[], text = ''): Promise<{ readonly output: string; readonly seenAfterMs: number }> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS })
    let [output, errors, seenAfterMs] = ['', '', NaN]
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString()
      if (Number.isNaN(seenAfterMs) && output.includes(text)) seenAfterMs = performance.now() - started
    })
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve({ output, seenAfterMs }) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors.slice(-1500)}`))))
  })
}

/** Runs istioctl of this project. */
export const istioctl = (env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<{ readonly output: string; readonly seenAfterMs: number }> =>
  runUntilEnd(env, process.execPath, [join(root, 'apps/cli/bin/istioctl.js'), ...args])
