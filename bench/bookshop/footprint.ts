/** What each process of a mesh costs: CPU from its start until the mesh has come to rest, and resident memory then. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { descendants, ownCpuSeconds, rssMb } from '../proxies/processes.ts'
import type { SampleMesh } from './mesh.ts'

/** One process, without its children. */
export interface Footprint {
  readonly cpuS: number
  readonly rssMb: number
}

/** The processes of one start. */
export interface MeshFootprint {
  readonly istiod: Footprint
  readonly supervisor: Footprint
  readonly gateway: Footprint
  /** A sidecar is one process, or an agent (`own`) with a real Envoy, which carries the traffic. */
  readonly sidecars: readonly { readonly own: Footprint; readonly envoy?: Footprint }[]
}

/** After `up` says ready: certificates are there, configuration is applied; what is still compiled in the background belongs to the start too. */
const REST_MS = 5000
/** An empty program is up long before. */
const IDLE_MS = 1000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const footprint = (pid: number): Footprint => ({ cpuS: ownCpuSeconds(pid), rssMb: rssMb(pid) })

/** Brings the mesh up and measures its processes when it rests. @throws Error if it does not get ready */
export async function meshFootprint(mesh: SampleMesh): Promise<MeshFootprint & { readonly readyS: number }> {
  const { tookS } = await mesh.istioctl('local', 'up', '-f', mesh.folder, '--detach', '-o', 'json', '--timeout', '90s')
  await pause(REST_MS)
  const run = (file: string): unknown => JSON.parse(readFileSync(join(mesh.stateFolder(), 'run', file), 'utf8'))
  const records = run('processes.json') as Readonly<Record<string, { readonly pid: number }>>
  const pidsOf = (kind: string): readonly number[] => Object.entries(records).flatMap(([id, { pid }]) => (id.startsWith(kind) ? [pid] : []))
  const one = (kind: string): Footprint => {
    const [pid] = pidsOf(kind)
    if (pid === undefined) throw new Error(`there is no ${kind} among ${Object.keys(records).join(', ')}`)
    return footprint(pid)
  }
  return {
    readyS: tookS, istiod: one('istiod'), gateway: one('proxy/istio-system/'), supervisor: footprint((run('supervisor.json') as { readonly pid: number }).pid),
    sidecars: pidsOf('proxy/default/').map((pid) => {
      const [envoy] = descendants(pid)
      return { own: footprint(pid), ...(envoy === undefined ? {} : { envoy: footprint(envoy) }) }
    }),
  }
}

/** A Node program that does nothing: the floor of everything that runs on Node. */
export async function nodeFootprint(): Promise<Footprint> {
  const idle = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' })
  await pause(IDLE_MS)
  const found = footprint(idle.pid ?? 0)
  idle.kill('SIGKILL')
  return found
}
