/** One mesh of one size in a process of its own: `ours` or `naive`, services, proxies. Answers a number of changes by the CPU each took. */
import { answerQuestions } from '../measure/worker.ts'
import { growingMesh } from './control-plane.ts'
import { CHANGING, slice, type MeshSize } from './mesh.ts'
import { naiveMesh } from './naive.ts'

/** CPU of the whole process (garbage collection and compilation included) per change, and what the proxies got per change. */
export interface Round {
  readonly cpuUs: number
  readonly messages: number
  readonly bytes: number
  readonly computed: number
}

const [kind = '', services = '', proxies = ''] = process.argv.slice(2)
const size: MeshSize = { services: Number(services), proxies: Number(proxies) }
let serial = 0
/** Every change is a new address, so that nothing can be remembered from an earlier one. */
const changes = (count: number) => Array.from({ length: count }, () => slice(CHANGING, [`10.${9 + (++serial >> 16)}.${(serial >> 8) & 255}.${serial & 255}`]))

async function ours(): Promise<(count: number) => Round> {
  const { memory, clients } = await growingMesh(size)
  return (count) => {
    const before = { ...clients.received, computed: memory.graph.counters.computed }
    const made = changes(count)
    const start = process.cpuUsage()
    for (const change of made) {
      memory.apply(change)
      clients.settle()
    }
    const { user, system } = process.cpuUsage(start)
    return {
      cpuUs: (user + system) / count,
      messages: (clients.received.messages - before.messages) / count,
      bytes: (clients.received.bytes - before.bytes) / count,
      computed: (memory.graph.counters.computed - before.computed) / count,
    }
  }
}

function naive(): (count: number) => Round {
  const mesh = naiveMesh(size)
  return (count) => {
    const made = changes(count)
    const start = process.cpuUsage()
    let messages = 0
    for (const change of made) messages += mesh.change(change)
    const { user, system } = process.cpuUsage(start)
    return { cpuUs: (user + system) / count, messages: messages / count, bytes: 0, computed: 0 }
  }
}

const measure = kind === 'naive' ? naive() : await ours()
let isWarm = false
answerQuestions(async (question) => {
  const round = measure(Number(question))
  // What was needed to build the mesh is gone before anything is measured: a control plane builds once and changes for months.
  if (!isWarm) globalThis.gc?.()
  isWarm = true
  return round
})
