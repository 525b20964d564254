/** A disk in memory on a virtual clock: how files look while programs save them. */
import type { ManualClock } from '@istio-ts/foundation'
import type { FileStamp } from '../file-ledger.ts'
import type { FileContent } from '../folder-state.ts'
import type { Disk } from '../watch-folder.ts'

/** Times on a disk move in steps: two writes within one step look alike unless something else differs. */
const TICK_MS = 10

interface Inode {
  readonly id: number
  text: string
  mtime: number
  ctime: number
}

/** A disk in memory. Each access takes between 0 and 3 ms, as `slow` says, and sees what there is when it is done. */
export function memoryDisk(clock: ManualClock, slow: () => number, notices: boolean) {
  const files = new Map<string, Inode>()
  const listeners = new Set<() => void>()
  let inodes = 0
  const tick = (): number => Math.floor(clock.now() / TICK_MS) * TICK_MS
  const tell = (): void => {
    if (notices) for (const listener of listeners) listener()
  }
  const later = <T>(answer: () => T): Promise<T> => new Promise((resolve) => void clock.after(slow(), () => resolve(answer())))
  const stampOf = (file: string): FileStamp | undefined => {
    const inode = files.get(file)
    return inode && { mark: `${inode.id}:${inode.text.length}:${inode.mtime}:${inode.ctime}`, changedAtMs: inode.ctime, isCoarse: false }
  }
  const disk: Disk = {
    list: () => later(() => ({ files: new Map([...files.keys()].flatMap((file) => [[file, stampOf(file) ?? { mark: '', changedAtMs: 0, isCoarse: false }] as const])), closed: new Map() })),
    read: (file) => later((): FileContent => {
      const inode = files.get(file)
      return inode ? { kind: 'text', text: inode.text } : { kind: 'unreadable', reason: 'ENOENT' }
    }),
    stamp: (file) => later(() => stampOf(file)),
    watch: (onNotice) => {
      listeners.add(onNotice)
      return () => void listeners.delete(onNotice)
    },
  }
  const create = (text: string): Inode => ({ id: ++inodes, text, mtime: tick(), ctime: tick() })
  return {
    disk,
    contents: () => Object.fromEntries([...files].filter(([, { text }]) => text !== '').map(([, { text }]) => [/name: (.*)/.exec(text)?.[1] ?? '', Number(/spec: (.*)/.exec(text)?.[1])])),
    write(file: string, text: string): void {
      const inode = files.get(file)
      if (inode) Object.assign(inode, { text, mtime: tick(), ctime: tick() })
      else files.set(file, create(text))
      tell()
    },
    /** A new file under another name takes the place of the old one; `mtime` may be an old one, as after `cp -p`. */
    renameOver(file: string, text: string, mtime?: number): void {
      files.set(file, { ...create(text), ...(mtime === undefined ? {} : { mtime }) })
      tell()
    },
    remove(file: string): void {
      files.delete(file)
      tell()
    },
    mtimeOf: (file: string) => files.get(file)?.mtime,
  }
}
/** The disk, and what programs do to its files. */
export type MemoryDisk = ReturnType<typeof memoryDisk>
