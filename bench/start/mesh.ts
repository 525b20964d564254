/** A mesh of the bookshop under measurement: started by the CLI as a user would, with ports and state of its own. */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuUs, freePorts, rssMb } from '../proxies/processes.ts'

/** Which sidecars the workloads have. */
export type Engine = 'istio-ts' | 'envoy'

/** What a process took from its start until the mesh came to rest. */
export interface ProcessCost {
  readonly cpuSeconds: number
  readonly rssMb: number
}

/** One start. */
export interface StartCost {
  readonly readySeconds: number
  readonly processes: Readonly<Record<'istiod' | 'supervisor' | 'gateway' | 'sidecar', ProcessCost>>
}

const root = join(import.meta.dirname, '../..')
const cli = join(root, 'apps/cli/bin/istioctl.js')
const LIMIT_MS = 90_000
/** Until nothing of the start is left to do. */
const REST_MS = 2000

/** A copy of the sample in a folder of its own. */
export interface BookshopCopy {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  remove(): void
}

/** Copies the sample; ports that the sample names are replaced by free ones, so that a mesh of the user does not matter. */
export async function copyBookshop(engine: Engine): Promise<BookshopCopy> {
  const base = mkdtempSync(join(tmpdir(), 'bench-start-'))
  const folder = join(base, 'bookshop')
  cpSync(join(root, 'samples/bookshop'), folder, { recursive: true })
  const file = join(folder, 'mesh.yaml')
  const text = readFileSync(file, 'utf8')
  const named = [...new Set([...text.matchAll(/(?:targetPort|listen): (\d+)/g)].map(([, port = '']) => port))]
  const free = await freePorts(named.length)
  const moved = text.replace(/(targetPort|listen): (\d+)/g, (_, what: string, port: string) => `${what}: ${free[named.indexOf(port)]}`)
  writeFileSync(file, engine === 'envoy' ? moved.replace(/^( +)service: /gm, '$1proxy: envoy\n$1service: ') : moved)
  return { folder, env: { ...process.env, XDG_STATE_HOME: join(base, 'state') }, remove: () => rmSync(base, { recursive: true, force: true }) }
}

/** Brings the mesh up, lets it come to rest, measures its processes, and takes it down. @throws Error if it does not get ready */
export async function measureStart(engine: Engine): Promise<StartCost> {
  const copy = await copyBookshop(engine)
  try {
    const before = performance.now()
    const { status, stderr } = spawnSync(process.execPath, [cli, 'local', 'up', '--detach', '-f', copy.folder, '-o', 'json'], { env: copy.env, encoding: 'utf8', timeout: LIMIT_MS })
    const readySeconds = (performance.now() - before) / 1000
    if (status !== 0) throw new Error(`the mesh with sidecars of ${engine} is not up: ${stderr}`)
    await new Promise((resolve) => setTimeout(resolve, REST_MS))
    return { readySeconds, processes: costs(copy) }
  } finally {
    takeDown(copy)
  }
}

/** Seconds from the command line to the first line of the demo's table. @throws Error if there is none */
export async function measureDemo(engine: Engine): Promise<number> {
  const copy = await copyBookshop(engine)
  try {
    const before = performance.now()
    const child = spawn(process.execPath, [cli, 'local', 'demo', '-f', copy.folder, '--once'], { env: copy.env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS })
    let errors = ''
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
    const first = await new Promise<number | undefined>((resolve) => {
      child.stdout.once('data', () => resolve(performance.now() - before))
      child.once('exit', () => resolve(undefined))
    })
    child.stdout.resume()
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))
    if (first === undefined) throw new Error(`the demo with sidecars of ${engine} showed nothing: ${errors}`)
    return first / 1000
  } finally {
    takeDown(copy)
  }
}

/** Takes the mesh down and forgets it. @throws Error if it is still up: its folder then stays, so that it can be taken down by hand */
function takeDown(copy: BookshopCopy): void {
  const { status, stderr } = spawnSync(process.execPath, [cli, 'local', 'down', '-f', copy.folder], { env: copy.env, encoding: 'utf8', timeout: LIMIT_MS })
  if (status !== 0) throw new Error(`the mesh of ${copy.folder} is still up: ${stderr}`)
  copy.remove()
}

/** The processes of the state folder; a sidecar is its agent and, where there is one, its Envoy. */
function costs({ env }: BookshopCopy): StartCost['processes'] {
  const states = join(env['XDG_STATE_HOME'] ?? '', 'istio-ts')
  const state = join(states, readdirSync(states)[0] ?? '')
  const json = (file: string): unknown => JSON.parse(readFileSync(join(state, 'run', file), 'utf8'))
  const records = json('processes.json') as Readonly<Record<string, { readonly pid: number }>>
  const supervisor = json('supervisor.json') as { readonly pid: number }
  const of = (wanted: (id: string) => boolean): ProcessCost => {
    const found = Object.entries(records).filter(([id]) => wanted(id)).map(([, { pid }]) => costOf(pid))
    if (found.length === 0) throw new Error(`no such process among ${Object.keys(records).join(', ')}`)
    const mean = (pick: (cost: ProcessCost) => number): number => found.reduce((sum, cost) => sum + pick(cost), 0) / found.length
    return { cpuSeconds: mean((cost) => cost.cpuSeconds), rssMb: mean((cost) => cost.rssMb) }
  }
  return {
    istiod: of((id) => id === 'istiod'),
    // Its children are the others; only itself counts.
    supervisor: { cpuSeconds: ownCpuSeconds(supervisor.pid), rssMb: rssMb(supervisor.pid) },
    gateway: of((id) => id.startsWith('proxy/istio-system/')),
    sidecar: of((id) => id.startsWith('proxy/default/')),
  }
}

const costOf = (pid: number): ProcessCost => ({ cpuSeconds: cpuUs(pid) / 1e6, rssMb: [pid, ...childrenOf(pid)].reduce((sum, one) => sum + rssMb(one), 0) })

const childrenOf = (pid: number): readonly number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter((text) => text.trim() !== '').map(Number)

/** User and system time in clock ticks of 10 ms. @see proc_pid_stat(5) */
function ownCpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
