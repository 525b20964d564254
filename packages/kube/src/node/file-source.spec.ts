import { mkdtemp, mkdir, open, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from '@istio-ts/foundation/node'
import { options, specsOf } from '../file-source/testdata/named-documents.ts'
import { fileSource, type FileSource } from './index.ts'

/** Far more than it takes, for machines that are busy: how long it may take is held by watch-folder.spec.ts on a virtual clock. */
const WAIT = { timeout: 20_000 }
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function watched(): Promise<{ folder: string; source: FileSource; specs: () => Record<string, unknown>; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'file-source-'))
  await writeFile(join(folder, 'a.yaml'), 'name: a\nspec: 1\n')
  const source = fileSource({ clock: systemClock }, { ...options, folder }, { onChange: () => {} })
  const stop = async (): Promise<void> => {
    await source.stop()
    await rm(folder, { recursive: true, force: true })
  }
  cleanups.push(stop)
  await source.start()
  await source.ready()
  return { folder, source, stop, specs: () => specsOf(source.state) }
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
  await vi.waitFor(() => expect(specs()).toEqual({ a: 22, b: 2 }), WAIT)
  await rm(join(folder, 'a.yaml'))
  await vi.waitFor(() => expect(specs()).toEqual({ b: 2 }), WAIT)
})

it('reads again what it may not read yet, as soon as it may', async () => {
  // Root may read everything: a link to itself is unreadable for everybody.
  const { folder, source, specs } = await watched()
  await rm(join(folder, 'a.yaml'))
  await symlink('a.yaml', join(folder, 'a.yaml'))
  await vi.waitFor(() => expect(source.state.diagnostics).toMatchObject([{ code: 'MESH0207', source: { file: 'a.yaml' } }]), WAIT)
  expect(specs()).toEqual({ a: 1 })
  await rm(join(folder, 'a.yaml'))
  await writeFile(join(folder, 'a.yaml'), 'name: a\nspec: 2\n')
  await vi.waitFor(() => expect([specs(), source.state.diagnostics]).toEqual([{ a: 2 }, []]), WAIT)
})

it('keeps everything while the folder as a whole is gone, and follows the one that comes in its place', async () => {
  const { folder, source, specs } = await watched()
  await rename(folder, `${folder}-away`)
  await vi.waitFor(() => expect(source.state.diagnostics).toMatchObject([{ code: 'MESH0208', source: { file: '.' } }]), WAIT)
  expect(specs()).toEqual({ a: 1 })
  await mkdir(folder)
  await writeFile(join(folder, 'b.yaml'), 'name: b\nspec: 1\n')
  await vi.waitFor(() => expect([specs(), source.state.diagnostics]).toEqual([{ b: 1 }, []]), WAIT)
  await writeFile(join(folder, 'b.yaml'), 'name: b\nspec: 2\n')
  await vi.waitFor(() => expect(specs()).toEqual({ b: 2 }), WAIT)
  await rm(`${folder}-away`, { recursive: true })
})

it('follows a ConfigMap mount: links to files below ..data, which is switched as a whole', async () => {
  const { folder, specs } = await watched()
  const mount = async (version: string, spec: number): Promise<void> => {
    await mkdir(join(folder, `..${version}`))
    await writeFile(join(folder, `..${version}`, 'm.yaml'), `name: m\nspec: ${spec}\n`)
    await symlink(`..${version}`, join(folder, '..data_tmp'))
    await rename(join(folder, '..data_tmp'), join(folder, '..data'))
  }
  await mount('2026_1', 1)
  await symlink('..data/m.yaml', join(folder, 'm.yaml'))
  await vi.waitFor(() => expect(specs()).toEqual({ a: 1, m: 1 }), WAIT)
  await mount('2026_2', 2)
  await vi.waitFor(() => expect(specs()).toEqual({ a: 1, m: 2 }), WAIT)
})

/** What programs do when they save, and people when they tidy up. `at` is a path without its ending. */
const habits: Readonly<Record<string, (folder: string, at: string, text: string) => Promise<void>>> = {
  'write in place': (folder, at, text) => writeFile(join(folder, `${at}.yaml`), text),
  'rename over': async (folder, at, text) => {
    await writeFile(join(folder, `${at}.yaml.tmp`), text)
    await rename(join(folder, `${at}.yaml.tmp`), join(folder, `${at}.yaml`))
  },
  'vim': async (folder, at, text) => {
    await writeFile(join(folder, '4913'), '')
    await rm(join(folder, '4913'))
    await rename(join(folder, `${at}.yaml`), join(folder, `${at}.yaml~`)).catch(() => undefined)
    await writeFile(join(folder, `${at}.yaml`), text)
    await rm(join(folder, `${at}.yaml~`), { force: true })
  },
  'same size and time': async (folder, at, text) => {
    const path = join(folder, `${at}.yaml`)
    const old = await stat(path).catch(() => undefined)
    await writeFile(path, text)
    if (old) await utimes(path, old.atime, old.mtime)
  },
  'in two steps': async (folder, at, text) => {
    const file = await open(join(folder, `${at}.yaml`), 'w')
    await file.write(text.slice(0, 7))
    await file.write(text.slice(7))
    await file.close()
  },
  'delete': (folder, at) => rm(join(folder, `${at}.yaml`), { force: true }),
  'move the subfolder away and back': async (folder) => {
    await rename(join(folder, 'sub'), join(folder, '.away'))
    await rename(join(folder, '.away'), join(folder, 'sub'))
  },
  'replace the subfolder': async (folder) => {
    await rm(join(folder, 'sub'), { recursive: true })
    await mkdir(join(folder, 'sub'))
  },
}

it('converges to what is on disk, whatever programs do to it', async () => {
  const edit = fc.record({ habit: fc.constantFrom(...Object.keys(habits)), at: fc.constantFrom('a', 'b', 'sub/c', 'sub/d'), spec: fc.integer({ min: 10, max: 99 }), pauseMs: fc.constantFrom(0, 0, 1, 20, 60) })
  await fc.assert(fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 15 }), async (edits) => {
    const { folder, specs, stop } = await watched()
    await mkdir(join(folder, 'sub'))
    for (const { habit, at, spec, pauseMs } of edits) {
      await habits[habit]?.(folder, at, `name: ${at.slice(-1)}\nspec: ${spec}\n`)
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    const onDisk: Record<string, unknown> = {}
    for (const at of ['a', 'b', 'sub/c', 'sub/d']) {
      const text = await readFile(join(folder, `${at}.yaml`), 'utf8').catch(() => undefined)
      if (text !== undefined) onDisk[at.slice(-1)] = Number(/spec: (.*)/.exec(text)?.[1])
    }
    await vi.waitFor(() => expect(specs()).toEqual(onDisk), WAIT)
    await stop()
  }), { numRuns: 12 })
})

it('sees what is written into folders that are made at the same moment, however deep', async () => {
  const { folder, source } = await watched()
  const deep = join(folder, ...Array.from({ length: 12 }, (_, i) => String(i)))
  await mkdir(deep, { recursive: true })
  await writeFile(join(deep, 'deep.yaml'), 'name: deep\nspec: 1\n')
  await vi.waitFor(() => expect([...source.state.resources.values()].map(({ metadata }) => metadata.name)).toContain('deep'), WAIT)
})

it('says which folder is missing', async () => {
  const source = fileSource({ clock: systemClock }, { ...options, folder: '/nowhere/at/all' }, { onChange: () => {} })
  await expect(source.start()).rejects.toMatchObject({ code: 'MESH0210', message: expect.stringContaining('/nowhere/at/all') as string })
})
