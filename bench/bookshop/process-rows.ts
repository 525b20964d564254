/** One figure of each process of the demo's mesh, over several starts. */
import { row, type BenchRow } from '../measure/rows.ts'
import { meshFootprint, nodeFootprint, type Footprint } from './footprint.ts'
import { withSampleMesh } from './mesh.ts'

const ROUNDS = 5

/** Peers of sidecar and gateway: a real Envoy as a sidecar of the same mesh, an empty Node program, and the budget of a sidecar; of istiod: the empty program. */
export async function processRows(unit: string, budget: number, figure: (footprint: Footprint) => number): Promise<readonly BenchRow[]> {
  const [sidecar, gateway, istiod, envoy, node]: [number[], number[], number[], number[], number[]] = [[], [], [], [], []]
  for (let round = 0; round < ROUNDS; round++) {
    const mesh = await withSampleMesh('one envoy', meshFootprint)
    node.push(figure(await nodeFootprint()))
    gateway.push(figure(mesh.gateway))
    istiod.push(figure(mesh.istiod))
    for (const one of mesh.sidecars) {
      if (one.envoy) envoy.push(figure(one.envoy))
      else sidecar.push(figure(one.own))
    }
  }
  const peers = { envoy, node, budget: [budget] }
  return [row('sidecar', unit, sidecar, peers), row('gateway', unit, gateway, peers), row('istiod', unit, istiod, { node })]
}
