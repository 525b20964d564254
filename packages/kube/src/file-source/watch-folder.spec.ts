/** Whatever happens to the files, and whenever: what is in force becomes what is on disk, and nothing is lost on the way. Virtual clock, disk in memory. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { manualClock, type ManualClock } from '@istio-ts/foundation'
import { memoryDisk, type MemoryDisk } from './testdata/memory-disk.ts'
import { options, specsOf, yaml } from './testdata/named-documents.ts'
import { watchFolder, type Disk, type FileSource } from './watch-folder.ts'

type Edit = { readonly kind: 'write' | 'torn' | 'rename' | 'vim' | 'same-times' | 'delete'; readonly file: 'a' | 'b' | 'c'; readonly spec: number; readonly after: number; readonly gap: number }

/** Numbers of one length: most edits keep the size. */
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('write', 'torn', 'rename', 'vim', 'same-times', 'delete'), file: fc.constantFrom('a', 'b', 'c'), spec: fc.integer({ min: 10, max: 19 }),
  after: fc.oneof(fc.constantFrom(0, 1, 5, 50, 51), fc.integer({ min: 0, max: 120 })), gap: fc.integer({ min: 0, max: 40 }),
})

function perform(at: MemoryDisk, clock: ManualClock, { kind, file, spec, gap }: Edit): void {
  const [path, text] = [`${file}.yaml`, yaml(file, spec)]
  switch (kind) {
    case 'write': return at.write(path, text)
    case 'torn':
      at.write(path, '')
      return void clock.after(gap, () => at.write(path, text))
    case 'rename': return at.renameOver(path, text)
    case 'same-times': return at.renameOver(path, text, at.mtimeOf(path))
    case 'vim':
      // Backup by renaming, then a new file: for a moment there is none.
      at.remove(path)
      return void clock.after(gap, () => at.write(path, text))
    case 'delete': return at.remove(path)
  }
}

const specs = ({ state }: FileSource): Record<string, unknown> => specsOf(state)

/** Moves time step by step, so that whoever waits for a disk goes on in between. */
async function pass(clock: ManualClock, ms: number, each?: () => void): Promise<void> {
  for (let i = 0; i < ms; i++) {
    clock.advance(1)
    await new Promise((resolve) => setImmediate(resolve))
    each?.()
  }
}

/** A disk that holds one file. */
function diskWithA(slow = () => 0, notices = true): { readonly clock: ManualClock; readonly at: MemoryDisk } {
  const clock = manualClock()
  const at = memoryDisk(clock, slow, notices)
  at.write('a.yaml', yaml('a', 10))
  return { clock, at }
}

/** Accesses that take now longer, now shorter. */
function unevenly(seed: number): () => number {
  let step = seed
  return () => (step = (step * 31 + 7) % 1009) % 4
}

async function started(clock: ManualClock, at: MemoryDisk): Promise<{ readonly source: FileSource; readonly changes: () => number }> {
  let changes = 0
  const source = watchFolder({ clock, disk: at.disk }, { ...options, name: 'test' }, { onChange: () => changes++ })
  const ready = source.start()
  await pass(clock, 20)
  await ready
  return { source, changes: () => changes }
}

describe('a watched folder', () => {
  it.each([['with notices of the system', true], ['without', false]])('converges to what is on disk, %s', async (_, notices) => {
    await fc.assert(fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), fc.integer({ min: 0, max: 1000 }), async (edits, seed) => {
      const { clock, at } = diskWithA(unevenly(seed), notices)
      const { source } = await started(clock, at)
      for (const one of edits) {
        await pass(clock, one.after)
        perform(at, clock, one)
      }
      await pass(clock, notices ? 400 : 1400)
      expect(specs(source)).toEqual(at.contents())
      await source.stop()
    }), { numRuns: 60 })
  })

  it('never loses a resource to an editor that empties or moves the file before it writes it', async () => {
    // Between two savings the file is there for 20 ms: one that flickers faster than looks follow each other counts as gone.
    await fc.assert(fc.asyncProperty(fc.array(edit.filter(({ kind }) => kind !== 'delete').map((one): Edit => ({ ...one, file: 'a', after: one.gap + Math.max(20, one.after) })), { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 1000 }), async (edits, seed) => {
      const { clock, at } = diskWithA(unevenly(seed))
      const { source } = await started(clock, at)
      const lost = new Set<unknown>()
      const look = (): unknown => specs(source)['a'] === undefined && lost.add('a')
      for (const one of edits) {
        perform(at, clock, one)
        await pass(clock, one.after, look)
      }
      await pass(clock, 200, look)
      expect([...lost]).toEqual([])
      await source.stop()
    }), { numRuns: 60 })
  })

  it('follows a notice that comes while it looks, without waiting for the next poll', async () => {
    const { clock, at } = diskWithA(() => 3)
    const disk: Disk = { ...at.disk, stamp: (file) => {
      // The files have been listed already, and the look is nearly over.
      if (file === 'b.yaml') at.write('a.yaml', yaml('a', 11))
      return at.disk.stamp(file)
    } }
    const { source } = await started(clock, { ...at, disk })
    await pass(clock, 100)
    at.write('b.yaml', yaml('b', 10))
    await pass(clock, 160)
    expect(specs(source)).toEqual({ a: 11, b: 10 })
  })

  it('does not take a file that is still being written', async () => {
    const { clock, at } = diskWithA(() => 1)
    const { source } = await started(clock, at)
    await pass(clock, 3000)
    for (let length = 1; length < 20; length++) {
      at.write('a.yaml', `name: a\nspec: ${'9'.repeat(length)}\n`)
      await pass(clock, 45, () => expect(specs(source)).toEqual({ a: 10 }))
    }
    at.write('a.yaml', yaml('a', 11))
    await pass(clock, 80)
    expect(specs(source)).toEqual({ a: 11 })
  })

  it('does not take a file that moves between the look and the reading', async () => {
    const { clock, at } = diskWithA()
    let isSaving = false
    const disk: Disk = { ...at.disk, read: (file) => {
      if (isSaving) at.write(file, '')
      isSaving = false
      return at.disk.read(file)
    } }
    const { source } = await started(clock, { ...at, disk })
    await pass(clock, 100)
    at.write('a.yaml', yaml('a', 11))
    isSaving = true
    await pass(clock, 70)
    expect(isSaving).toBe(false)
    at.write('a.yaml', yaml('a', 12))
    expect(specs(source)).toEqual({ a: 10 })
    await pass(clock, 70)
    expect(specs(source)).toEqual({ a: 12 })
  })

  it('looks in spite of notices that never end', async () => {
    const { clock, at } = diskWithA()
    const { source } = await started(clock, at)
    await pass(clock, 3000)
    at.write('a.yaml', yaml('a', 11))
    for (let i = 0; i < 50; i++) {
      at.write('busy.yaml', yaml('busy', i))
      await pass(clock, 2)
    }
    expect(specs(source)['a']).toBe(11)
  })

  it('finds a write in the very tick of the first reading, that changes neither size nor times', async () => {
    const { clock, at } = diskWithA(() => 0, false)
    const source = watchFolder({ clock, disk: at.disk }, { ...options, name: 'test' }, { onChange: () => {} })
    const ready = source.start()
    await pass(clock, 6)
    await ready
    expect(specs(source)).toEqual({ a: 10 })
    at.write('a.yaml', yaml('a', 11))
    await pass(clock, 200)
    expect(specs(source)).toEqual({ a: 11 })
  })

  it('tells its owner nothing when nothing came of it', async () => {
    const { clock, at } = diskWithA()
    const { changes } = await started(clock, at)
    at.renameOver('a.yaml', yaml('a', 10))
    await pass(clock, 4000)
    expect(changes()).toBe(1)
  })

  it('says once that a folder is closed, keeps what it held, and takes it back when it opens', async () => {
    const clock = manualClock()
    const at = memoryDisk(clock, () => 0, false)
    at.write('sub/a.yaml', yaml('a', 10))
    at.write('b.yaml', yaml('b', 10))
    let isClosed = false
    let looks = 0
    const disk: Disk = { ...at.disk, list: async () => {
      looks++
      const { files } = await at.disk.list()
      return isClosed ? { files: new Map([...files].filter(([file]) => !file.startsWith('sub/'))), closed: new Map([['sub/', 'EACCES']]) } : { files, closed: new Map() }
    } }
    const { source, changes } = await started(clock, { ...at, disk })
    // The files are so young that they wait to be read once more, which a closed folder must not turn into looks without end.
    isClosed = true
    await pass(clock, 4000)
    expect([specs(source), changes()]).toEqual([{ a: 10, b: 10 }, 2])
    expect(looks).toBeLessThan(10)
    expect(source.state.diagnostics).toMatchObject([{ code: 'MESH0208', message: expect.stringContaining('EACCES') as string }])
    isClosed = false
    at.remove('sub/a.yaml')
    await pass(clock, 2000)
    expect([specs(source), source.state.diagnostics]).toEqual([{ b: 10 }, []])
  })

  it('goes on after an owner that failed', async () => {
    const { clock, at } = diskWithA()
    let fails = true
    const source = watchFolder({ clock, disk: at.disk }, { ...options, name: 'test' }, { onChange: () => {
      if (fails) throw new Error('a bug of the owner')
    } })
    const ready = source.start()
    await Promise.all([pass(clock, 20), expect(ready).rejects.toThrow('a bug of the owner')])
    fails = false
    at.write('a.yaml', yaml('a', 11))
    await pass(clock, 200)
    expect(specs(source)).toEqual({ a: 11 })
  })
})
