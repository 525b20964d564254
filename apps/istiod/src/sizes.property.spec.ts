/** What comes and goes leaves nothing behind: every map of the graph, and every class of proxies, is as large as before. Counted, so that no machine can be too slow. */
import type { ProxyIdentity } from '@istio-ts/mesh-model'
import { testIdentity } from '@istio-ts/mesh-model/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { memoryIstiod, type MemoryIstiod } from './testing/memory-istiod.ts'
import { fileEdit, type FileEdit } from './testing/mesh-grammar.ts'

const clients: readonly ProxyIdentity[] = [
  testIdentity({ namespace: 'a', name: 'web-1', labels: { app: 'web' }, ips: ['10.0.0.1'] }),
  testIdentity({ namespace: 'b', name: 'cart-1', labels: { app: 'cart', version: 'v1' }, ips: ['10.0.0.2'] }),
  testIdentity({ type: 'router', namespace: 'istio-system', name: 'ingress', labels: { istio: 'ingressgateway' }, ips: ['10.7.0.2'] }),
]
const set = (istiod: MemoryIstiod, edits: readonly FileEdit[]): void => istiod.edit(Object.fromEntries(edits.map(({ file, resource }) => [file, resource && JSON.stringify(resource)])))

/** What edits changed, as it was before. */
const undo = (base: readonly FileEdit[], edits: readonly FileEdit[]): readonly FileEdit[] => {
  const before = new Map(base.map((one) => [one.file, one]))
  return edits.map(({ file }) => before.get(file) ?? { file, resource: undefined })
}
const many = fc.array(fileEdit, { minLength: 15, maxLength: 30, size: 'max' })
/** Edits: 15 meshes of some 90 each time; `MESH_PROPERTY_RUNS=110` makes ten thousand. */
const RUNS = Number(process.env['MESH_PROPERTY_RUNS'] ?? 15)

it('a mesh that was edited and put back holds what it held', () => {
  fc.assert(fc.property(many, many, (base, edits) => {
    const istiod = memoryIstiod()
    set(istiod, base)
    const connected = clients.map((identity) => istiod.connect(identity))
    const read = (): void => connected.forEach((client) => void client.snapshot())
    read()
    // One round first: what is made when it is first asked for is no leak.
    for (const one of [...edits, ...undo(base, edits)]) {
      set(istiod, [one])
      read()
    }
    const before = istiod.sizes()
    for (const one of [...edits, ...undo(base, edits)]) {
      set(istiod, [one])
      read()
    }
    expect(istiod.sizes()).toEqual(before)
  }), { numRuns: RUNS })
}, 600_000)

it('an empty folder holds nothing, whatever was in it and whoever came and went', () => {
  const empty = memoryIstiod()
  const neverUsed = empty.sizes()
  fc.assert(fc.property(many, (edits) => {
    const istiod = memoryIstiod()
    set(istiod, edits)
    const connected = clients.map((identity) => istiod.connect(identity))
    connected.forEach((client) => void client.snapshot())
    for (const client of connected) client.stop()
    set(istiod, edits.map(({ file }) => ({ file, resource: undefined })))
    // What nobody watches any more is swept with the next change.
    set(istiod, [{ file: 'x.yaml', resource: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } } }])
    set(istiod, [{ file: 'x.yaml', resource: undefined }])
    expect(withoutSettings(istiod.sizes())).toEqual(withoutSettings(neverUsed))
  }), { numRuns: RUNS })
}, 600_000)

/** Values that exist once, whatever the mesh: they are made when first asked for, and kept. */
const withoutSettings = (sizes: Readonly<Record<string, number>>): Readonly<Record<string, number>> => Object.fromEntries(Object.entries(sizes).filter(([, size]) => size > 1))
