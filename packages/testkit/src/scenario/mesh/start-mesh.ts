/** A whole mesh in one process: control plane, one proxy per workload and gateway, and the users' processes, on a memory network. */
import { refOf, type LocalMeshSpec, type LoopbackPlan, type Resource } from '@istio-ts/api-types'
import { loadText, parseObject } from '@istio-ts/api-types/yaml'
import { DEFAULT_CLUSTER, describeResource, manualClock, resourceKey, type Diagnostic, type ManualClock } from '@istio-ts/foundation'
import { completeLedger, localCallables, localProcesses, portUses, processKey, selectLocalMesh, userPorts, type PortLedger } from '@istio-ts/local'
import { netEngine } from '@istio-ts/proxy-core/node'
import type { XdsVariant } from '@istio-ts/xds-protocol'
import { memoryEngine, type MemoryEngine } from '@istio-ts/proxy-core/testing'
import type { SeenRequest } from '../world/answering.ts'
import { startProgram, type Program } from '../world/program.ts'
import { runWhile } from '../world/virtual-time.ts'
import { scenarioAuthority, worldCertificates, type WorldCertificates } from './certificates.ts'
import { controlPlane } from './control-plane.ts'
import { identitiesOf } from './identities.ts'
import { startSidecar, type Sidecar } from './sidecar.ts'

/** A running mesh. */
export interface Mesh {
  readonly clock: ManualClock
  readonly engine: MemoryEngine
  /** By `namespace/name`. */
  readonly sidecars: ReadonlyMap<string, Sidecar>
  readonly programs: ReadonlyMap<string, Program>
  readonly plans: ReadonlyMap<string, LoopbackPlan>
  /** Certificates that are not of the mesh. */
  readonly world: WorldCertificates
  /** Where a process listens (its targetPort) for a port of its service. */
  targetPort(key: string, port: number): number | undefined
  /** Everything that reached a user's process so far. */
  readonly seen: readonly SeenRequest[]
  /** Lays the documents of a text over the mesh, and waits until every proxy has them. */
  apply(file: string, text: string): Promise<void>
  /** Like {@link Mesh.apply}, but takes effect at once and does not wait; the text was filled with its certificates before. */
  change(file: string, text: string): void
  /** Findings of the control plane. */
  diagnostics(): readonly Diagnostic[]
  stop(): Promise<void>
}

/** Ports of a scenario are counted from here; users' own are below. */
const FIRST_PORT = 24_001

/**
 * Certificates are judged by TLS libraries, which know no virtual clock. Virtual time begins so long ago that a certificate of the first
 * hour (valid for a day) holds today, and so does the one that follows it half a day later.
 */
const BEGINS_BEFORE_NOW_MS = 20 * 3_600_000

/** Starts the mesh of a text: one LocalMesh and whatever Istio and Kubernetes resources belong to it. @throws Error with the findings of a text that is refused */
export async function startMesh(file: string, text: string, { variant = 'delta' }: { readonly variant?: XdsVariant } = {}): Promise<Mesh> {
  const clock = manualClock(Date.now() - BEGINS_BEFORE_NOW_MS)
  const engine = memoryEngine({ clock, tls: netEngine({ clock }) })
  const control = controlPlane(clock, variant)
  const random = sequence()
  const issue = await scenarioAuthority(clock)
  const world = worldCertificates(clock)
  const files = new Map<string, Resource>()
  let ledger: PortLedger = {}
  let next = FIRST_PORT
  const seen: SeenRequest[] = []

  const put = (name: string, content: string): readonly LoopbackPlan[] => {
    for (const resource of read(name, content)) files.set(resourceKey(refOf(resource)), resource)
    const all = [...files.values()]
    const spec = specOf(all)
    ledger = completeLedger(ledger, portUses(spec, localCallables(all, meshOf(all))), userPorts(spec), () => next++)
    return control.serve(all, ledger, new Set(localProcesses(spec).map(processKey)))
  }

  const plans = new Map(put(file, await world.fill(text)).map((plan) => [plan.key, plan]))
  const spec = specOf([...files.values()])
  const programs = new Map<string, Program>()
  for (const process of localProcesses(spec)) {
    programs.set(processKey(process), await startProgram(engine, process.name, process.ports.map(({ targetPort }) => targetPort), (request) => void seen.push(request)))
  }
  const sidecars = new Map<string, Sidecar>()
  for (const { identity, plan } of identitiesOf(spec, [...plans.values()])) {
    const renew = () => issue(identity.namespace, identity.serviceAccount)
    sidecars.set(plan.key, startSidecar({ clock, engine, random, identity, certificate: await renew(), renew, variant, dial: () => control.dial(identity) }))
  }
  const settle = (what: string): Promise<void> => runWhile(clock, () => control.busy() || [...sidecars.values()].some((sidecar) => !sidecar.ready()), what)
  await settle('the first configuration')
  return {
    clock, engine, sidecars, programs, plans, seen, world,
    targetPort: (key, port) => localProcesses(spec).find((process) => processKey(process) === key)?.ports.find((one) => one.port === port)?.targetPort,
    change: (name, content) => void put(name, content),
    async apply(name, content) {
      put(name, await world.fill(content))
      await settle(`the change of ${name}`)
    },
    diagnostics: () => control.diagnostics(),
    async stop() {
      await Promise.all([...sidecars.values()].map((sidecar) => sidecar.stop()))
      control.close()
    },
  }
}

function read(file: string, text: string): readonly Resource[] {
  const documents = loadText(text, { file, cluster: DEFAULT_CLUSTER, parse: parseObject })
  const refused = documents.filter((document) => document.refused).flatMap(({ diagnostics }) => diagnostics)
  if (refused.length > 0) throw new Error(refused.map(({ code, message, source }) => `${file}:${source?.line ?? 0} ${code} ${message}`).join('\n'))
  return documents.flatMap(({ resource }) => resource ?? [])
}

function meshOf(resources: readonly Resource[]): Resource<LocalMeshSpec> {
  const { mesh } = selectLocalMesh(resources)
  if (!mesh) throw new Error(`a scenario needs a LocalMesh; there are only ${resources.map((resource) => describeResource(refOf(resource))).join(', ')}`)
  return mesh
}

const specOf = (resources: readonly Resource[]): LocalMeshSpec => meshOf(resources).spec

/** Park and Miller's sequence, so that a scenario runs the same way each time. */
function sequence(): () => number {
  let seed = 1
  return () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
}
