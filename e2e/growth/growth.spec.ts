/** The law of growth in counters, which no busy machine can move: one endpoint change costs the same in a small mesh, a large one, and one with many proxies. */
import { describe, expect, it } from 'vitest'
import { growingMesh } from '../../bench/growth/control-plane.ts'
import { CHANGING, slice, type MeshSize } from '../../bench/growth/mesh.ts'

type Counts = Readonly<Record<string, number>>

const since = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Counts =>
  Object.fromEntries([...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const).filter(([, count]) => count > 0))

/** What one change, the second of its kind, makes the whole control plane do. */
async function costOfOneChange(size: MeshSize): Promise<{ readonly computed: Counts; readonly encoded: Counts; readonly messages: number; readonly resources: number; readonly bytes: number }> {
  const { memory, clients, made } = await growingMesh(size)
  memory.apply(slice(CHANGING, ['10.9.0.1']))
  clients.settle()
  const computed = new Map(memory.graph.counters.computedByNode)
  const encoded = new Map(made)
  const received = { ...clients.received }
  memory.apply(slice(CHANGING, ['10.9.0.2']))
  clients.settle()
  return {
    computed: since(computed, memory.graph.counters.computedByNode), encoded: since(encoded, made),
    messages: clients.received.messages - received.messages, resources: clients.received.resources - received.resources, bytes: clients.received.bytes - received.bytes,
  }
}

describe('one endpoint change that twenty proxies see', () => {
  it('computes, encodes and sends the same in meshes of 100 and 1,000 services, 60 and 400 proxies', async () => {
    const small = await costOfOneChange({ services: 100, proxies: 60 })
    expect(await costOfOneChange({ services: 1000, proxies: 60 }), '1,000 services').toEqual(small)
    expect(await costOfOneChange({ services: 1000, proxies: 400 }), '400 proxies').toEqual(small)
    expect([small.messages, small.resources]).toEqual([20, 20])
    expect(small.computed['endpoints of service']).toBe(1)
    // One new endpoint is encoded; the four that stay are joined as they are, and the four classes of watchers share the bundle.
    expect(small.encoded).toEqual({ endpoint: 1, 'endpoint-group': 1, 'endpoint-bundle': 1, 'endpoint-lists': 1 })
  })
})
