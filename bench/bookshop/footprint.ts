/** What each process of a mesh costs: CPU from its start until the mesh has come to rest, and resident memory then. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rssMb } from '../proxies/processes.ts'
import { istioctl, sampleMesh } from './mesh.ts'

/** One process. */
export interface Footprint {
  readonly cpuS: number
  readonly rssMb: number
}

/** The processes of one start. */
export interface MeshFootprint {
  readonly istiod: Footprint
  readonly gateway: Footprint
  /** Our sidecars. */
  readonly sidecars: readonly Footprint[]
  /** The sidecar that is a real Envoy: the process that carries traffic, without the agent beside it. */
  readonly envoy: Footprint
  /** A Node program that does nothing: the floor of everything that runs on Node. */
  readonly node: Footprint
}

interface Status {
  readonly istiod: { readonly pid: number }
  readonly workloads: readonly { readonly proxy: { readonly kind: string; readonly pid: number } }[]
  readonly gateways: readonly { readonly pid: number }[]
}

/** After `up` says ready: certificates are there, configuration is applied; what is still compiled in the background belongs to the start too. */
const REST_MS = 5000
/** An empty program is up long before. */
const IDLE_MS = 1000
/** Linux counts in ticks of 10 ms. */
const TICKS_PER_SECOND = 100

/** Fields 14 and 15 of `stat`: user and system time of all threads, ended ones included. */
function cpuS(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

const footprint = (pid: number): Footprint => ({ cpuS: cpuS(pid), rssMb: rssMb(pid) })

/** Starts the sample with one Envoy among its sidecars, measures, and takes it down. */
export async function meshFootprint(): Promise<MeshFootprint> {
  const mesh = await sampleMesh('ratings')
  try {
    const { output } = await istioctl(mesh.env, 'local', 'up', '-f', mesh.folder, '--detach', '-o', 'json', '--timeout', '90s')
    const status = JSON.parse(output) as Status
    await new Promise((resolve) => setTimeout(resolve, REST_MS))
    const idle = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' })
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
    const node = footprint(idle.pid ?? 0)
    idle.kill('SIGKILL')
    const [gateway] = status.gateways
    const envoy = status.workloads.find(({ proxy }) => proxy.kind === 'envoy')
    if (!gateway || !envoy) throw new Error('the sample has no gateway or no Envoy')
    return {
      node, istiod: footprint(status.istiod.pid), gateway: footprint(gateway.pid), envoy: footprint(envoy.proxy.pid),
      sidecars: status.workloads.filter(({ proxy }) => proxy.kind === 'istio-ts').map(({ proxy }) => footprint(proxy.pid)),
    }
  } finally {
    await istioctl(mesh.env, 'local', 'down', '-f', mesh.folder)
    mesh.remove()
  }
}

const ROUNDS = 5

/** Several starts, one after the other. */
export async function footprints(): Promise<readonly MeshFootprint[]> {
  const found: MeshFootprint[] = []
  for (let round = 0; round < ROUNDS; round++) found.push(await meshFootprint())
  return found
}
