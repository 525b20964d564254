import { describe, expect, it } from 'vitest'
import { applyFiles, emptyFolder, type FileContent, type FolderOptions, type FolderState } from './folder-state.ts'

const options: FolderOptions = {
  cluster: 'Kubernetes',
  parse: (object, source, cluster) => {
    const metadata = object['metadata'] as { name: string; namespace?: string }
    return {
      resource: { cluster, apiVersion: 'test/v1', kind: String(object['kind']), metadata: { name: metadata.name, namespace: metadata.namespace ?? 'default' }, spec: object['spec'], source },
      diagnostics: object['kind'] === 'Kk' ? [{ code: 'MESH0205', severity: 'error', path: 'kind', message: 'No such kind.', remedy: 'Did you mean K?' }] : object['spec'] === 'bad' ? [{ code: 'T', severity: 'error', path: 'spec', message: 'Bad.', remedy: 'Mend.' }] : [],
    }
  },
}
const document = (name: string, spec: unknown): string => `kind: K\nmetadata: {name: ${name}}\nspec: ${JSON.stringify(spec)}\n`
const text = (...documents: string[]): FileContent => ({ kind: 'text', text: documents.join('---\n') })
const apply = (state: FolderState, files: Record<string, FileContent>) => applyFiles(state, new Map(Object.entries(files)), options)
const specs = (state: FolderState): Record<string, unknown> => Object.fromEntries([...state.resources.values()].map((resource) => [resource.metadata.name, resource.spec]))

describe('a folder', () => {
  const { state } = apply(emptyFolder, { 'a.yaml': text(document('x', 1), document('w', 1)), 'b.yaml': text(document('z', 1)) })

  it('tells what is new and what is gone', () => {
    const { change, state: next } = apply(state, { 'a.yaml': text(document('x', 2)), 'b.yaml': { kind: 'missing' } })
    expect(change.set.map((resource) => resource.metadata.name)).toEqual(['x'])
    expect(change.removed.map((ref) => ref.name).sort()).toEqual(['w', 'z'])
    expect(specs(next)).toEqual({ x: 2 })
  })
  it('keeps all documents of a file that cannot be read, and says so', () => {
    const { state: next } = apply(state, { 'a.yaml': { kind: 'unreadable', reason: 'EACCES' } })
    expect(specs(next)).toEqual({ x: 1, w: 1, z: 1 })
    expect(next.diagnostics).toMatchObject([{ code: 'MESH0207', source: { file: 'a.yaml' } }])
  })
  it('keeps the last good form of a document with a syntax error, and takes the others', () => {
    const { state: next } = apply(state, { 'a.yaml': text(document('x', 2), "kind: K\nmetadata: {name: w}\nspec: 'open\n") })
    expect(specs(next)).toEqual({ x: 2, w: 1, z: 1 })
    expect(next.diagnostics).toMatchObject([{ code: 'MESH0201', source: { file: 'a.yaml' } }])
  })
  it('keeps the last good form of a document that is refused', () => {
    expect(specs(apply(state, { 'a.yaml': text(document('x', 'bad'), document('w', 2)) }).state)).toEqual({ x: 1, w: 2, z: 1 })
  })
  it('keeps the last good form of a document whose kind is misspelt, by its name', () => {
    const misspelt = (name: string): string => document(name, 2).replace('kind: K', 'kind: Kk')
    expect(specs(apply(state, { 'a.yaml': text(misspelt('x'), document('w', 2)) }).state)).toEqual({ x: 1, w: 2, z: 1 })
    expect(specs(apply(state, { 'a.yaml': text(misspelt('another'), document('w', 2)) }).state)).toEqual({ w: 2, z: 1 })
  })
  it('removes a document that is missing although another one is bad', () => {
    expect(specs(apply(state, { 'a.yaml': text(document('x', 'bad')) }).state)).toEqual({ x: 1, z: 1 })
  })
  it('keeps everything missing while a bad document does not say who it is', () => {
    expect(specs(apply(state, { 'a.yaml': text("'oops\n") }).state)).toEqual({ x: 1, w: 1, z: 1 })
  })
  it('takes the first of two definitions, by file name, and names both places', () => {
    const { state: next } = apply(state, { 'c.yaml': text(document('x', 3)) })
    expect(specs(next)['x']).toBe(1)
    expect(next.diagnostics).toMatchObject([{ code: 'MESH0206', source: { file: 'c.yaml', line: 1 }, message: expect.stringContaining('a.yaml:1') as string }])
  })
  it('keeps what is in force when a file that comes first by name defines it too, and names both places', () => {
    const { state: next, change } = apply(state, { '0.yaml': text(document('x', 3)) })
    expect([specs(next)['x'], change]).toEqual([1, { set: [], removed: [] }])
    expect(next.diagnostics).toMatchObject([{ code: 'MESH0209', source: { file: '0.yaml', line: 1 }, message: expect.stringContaining('a.yaml:1') as string }])
    // Also while the one in force is edited, or refused.
    const edited = apply(next, { 'a.yaml': text(document('x', 4), document('w', 1)) }).state
    expect(specs(edited)['x']).toBe(4)
    expect(specs(apply(edited, { 'a.yaml': text(document('x', 'bad'), document('w', 1)) }).state)['x']).toBe(4)
    // It is over when the file lets it go, and then the newcomer is in force without another word.
    const gone = apply(edited, { 'a.yaml': text(document('w', 1)) }).state
    expect([specs(gone)['x'], gone.diagnostics]).toEqual([3, []])
  })
  it('takes a definition that moved to another file in one step, and in two', () => {
    const moved = { 'a.yaml': text(document('w', 1)), '0.yaml': text(document('x', 1)) }
    expect(apply(state, moved).state.diagnostics).toEqual([])
    const copied = apply(state, { '0.yaml': text(document('x', 1)) }).state
    expect(specs(apply(copied, { 'a.yaml': text(document('w', 1)) }).state)).toEqual({ x: 1, w: 1, z: 1 })
  })
  it('takes the first by file name where nothing was in force, whatever order the files are seen in', () => {
    const files: [string, FileContent][] = [['a.yaml', text(document('x', 1))], ['b.yaml', text(document('x', 2))]]
    for (const order of [files, [...files].reverse()]) expect(specs(apply(emptyFolder, Object.fromEntries(order)).state)).toEqual({ x: 1 })
  })
  it('is the same state when nothing new was seen', () => {
    expect(apply(state, { 'b.yaml': text(document('z', 1)) })).toEqual({ state, change: { set: [], removed: [] } })
    expect(apply(state, { 'b.yaml': text(document('z', 1)) }).state).toBe(state)
  })
  it('keeps what lies in a folder that cannot be looked into, and says so until it can', () => {
    const closed = apply(state, { 'sub/': { kind: 'closed', reason: 'EACCES' } }).state
    expect(specs(closed)).toEqual({ x: 1, w: 1, z: 1 })
    expect(closed.diagnostics).toMatchObject([{ code: 'MESH0208', source: { file: 'sub/' } }])
    expect(apply(closed, { 'sub/': { kind: 'missing' } }).state.diagnostics).toEqual([])
  })
  it('lets the second definition count when the first goes', () => {
    const both = apply(state, { 'c.yaml': text(document('x', 3)) }).state
    expect(specs(apply(both, { 'a.yaml': { kind: 'missing' } }).state)).toEqual({ x: 3, z: 1 })
  })
})
