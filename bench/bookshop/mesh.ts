/** The sample of the demo in a folder, a state folder and on ports of its own, so that a mesh that is already up is left alone. */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'

const root = join(import.meta.dirname, '../..')
const LIMIT_MS = 120_000

/** Which sidecars the workloads have: ours, real Envoys, or ours but for that of one workload. */
export type Sidecars = 'istio-ts' | 'envoy' | 'one envoy'

/** A copy of the sample. */
export interface SampleMesh {
  readonly folder: string
  /** Where its processes are written down; there once it has been up. */
  stateFolder(): string
  /** Runs istioctl with its state folder. @throws Error with what it wrote if it fails */
  istioctl(...args: readonly string[]): Promise<Ended>
}

/** How long a command took to its first output and to its end. */
export interface Ended {
  readonly firstOutputS: number
  readonly tookS: number
}

/** Works with a copy, takes it down and forgets it. @throws Error if it is still up: its folder then stays, so that it can be taken down by hand */
export async function withSampleMesh<T>(sidecars: Sidecars, work: (mesh: SampleMesh) => Promise<T>): Promise<T> {
  const base = mkdtempSync(join(tmpdir(), 'istio-ts-bench-'))
  const folder = join(base, 'bookshop')
  const env = { ...process.env, XDG_STATE_HOME: join(base, 'state') }
  const states = join(base, 'state/istio-ts')
  await copySample(folder, sidecars)
  const mesh: SampleMesh = { folder, stateFolder: () => join(states, readdirSync(states)[0] ?? ''), istioctl: (...args) => istioctl(env, args) }
  try {
    return await work(mesh)
  } finally {
    await mesh.istioctl('local', 'down', '-f', folder)
    rmSync(base, { recursive: true, force: true })
  }
}

async function copySample(folder: string, sidecars: Sidecars): Promise<void> {
  cpSync(join(root, 'samples/bookshop'), folder, { recursive: true })
  const file = join(folder, 'mesh.yaml')
  const text = readFileSync(file, 'utf8')
  const named = [...new Set([...text.matchAll(/(?:targetPort|listen): (\d+)/g)].map(([, port = '']) => port))]
  const free = await freePorts(named.length)
  const moved = text.replace(/(targetPort|listen): (\d+)/g, (_, what: string, port: string) => `${what}: ${free[named.indexOf(port)]}`)
  writeFileSync(file, sidecars === 'istio-ts' ? moved : moved.replace(sidecars === 'envoy' ? /^( +)service: /gm : /^( +)service: (?=ratings$)/m, '$1proxy: envoy\n$&'))
}

function istioctl(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ended> {
  const started = performance.now()
  const sinceS = (): number => (performance.now() - started) / 1000
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'apps/cli/bin/istioctl.js'), ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS })
    let [errors, firstOutputS] = ['', NaN]
    child.stdout.once('data', () => (firstOutputS = sinceS())).resume()
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve({ firstOutputS, tookS: sinceS() }) : reject(new Error(`istioctl ${args.join(' ')} ended with ${code}: ${errors.slice(-1500)}`))))
  })
}
