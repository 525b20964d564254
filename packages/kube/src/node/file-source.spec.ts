import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from '@istio-ts/foundation/node'
import type { FolderOptions } from '../index.ts'
import { fileSource, type FileSource } from './index.ts'

const options: FolderOptions = {
  cluster: 'Kubernetes',
  parse: (object, source, cluster) => ({
    resource: { cluster, apiVersion: 'v1', kind: 'K', metadata: { name: String(object['name']), namespace: '' }, spec: object['spec'], source }, diagnostics: [],
  }),
}
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function watched(): Promise<{ folder: string; source: FileSource; specs: () => Record<string, unknown> }> {
  const folder = await mkdtemp(join(tmpdir(), 'file-source-'))
  await writeFile(join(folder, 'a.yaml'), 'name: a\nspec: 1\n')
  const source = fileSource({ clock: systemClock }, { ...options, folder }, { onChange: () => {} })
  cleanups.push(async () => {
    await source.stop()
    await rm(folder, { recursive: true })
  })
  await source.start()
  await source.ready()
  return { folder, source, specs: () => Object.fromEntries([...source.state.resources.values()].map((resource) => [resource.metadata.name, resource.spec])) }
}

it('has read everything when it is ready', async () => {
  expect((await watched()).specs()).toEqual({ a: 1 })
})

it('sees changed, new and removed files, subfolders included and dot folders not', async () => {
  const { folder, specs } = await watched()
  await mkdir(join(folder, 'sub'))
  await mkdir(join(folder, '.git'))
  await writeFile(join(folder, '.git', 'x.yaml'), 'name: hidden\n')
  await writeFile(join(folder, 'sub', 'b.json'), '{"name": "b", "spec": 2}')
  await writeFile(join(folder, 'a.yaml'), 'name: a\nspec: 22\n')
  await vi.waitFor(() => expect(specs()).toEqual({ a: 22, b: 2 }), { timeout: 5000 })
  await rm(join(folder, 'a.yaml'))
  await vi.waitFor(() => expect(specs()).toEqual({ b: 2 }), { timeout: 5000 })
})

it('does not take a file that is still being written', async () => {
  const { folder, specs } = await watched()
  const seen = new Set<unknown>()
  for (let i = 0; i < 12; i++) {
    await writeFile(join(folder, 'a.yaml'), i < 11 ? `name: a\nspec: ${'9'.repeat(i + 2)}\n` : 'name: a\nspec: done\n')
    await new Promise((resolve) => setTimeout(resolve, 15))
    seen.add(specs()['a'])
  }
  await vi.waitFor(() => expect(specs()).toEqual({ a: 'done' }), { timeout: 5000 })
  expect([...seen].filter((value) => value !== 1 && value !== 'done')).toEqual([])
})

it('says which folder is missing', async () => {
  const source = fileSource({ clock: systemClock }, { ...options, folder: '/nowhere/at/all' }, { onChange: () => {} })
  await expect(source.start()).rejects.toMatchObject({ code: 'MESH0210', message: expect.stringContaining('/nowhere/at/all') as string })
})
