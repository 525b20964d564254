/** A folder on a disk: which files it holds, their content, and the system's notices of change. */
import { watch, type Dirent, type FSWatcher } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileStamp, Listing } from '../file-source/file-ledger.ts'
import type { FileContent } from '../file-source/folder-state.ts'
import type { Disk } from '../file-source/watch-folder.ts'

/** Deeper trees are a mistake. */
const MAX_FOLDER_DEPTH = 20

/** Watches each folder of the tree by itself: a watch of the whole tree would take one per file, and fail as a whole. */
class FolderWatches {
  readonly #watchers = new Map<string, { readonly mark: string; readonly watcher: FSWatcher | undefined }>()
  #onNotice: (() => void) | undefined

  start(onNotice: () => void): () => void {
    this.#onNotice = onNotice
    return () => {
      this.#onNotice = undefined
      this.keep(new Set())
    }
  }

  /** Watches a folder from before it is read, so that nothing comes between. Another folder of the same name is watched anew. */
  async add(path: string, folder: string): Promise<void> {
    if (!this.#onNotice) return
    const mark = await stat(folder).then(({ dev, ino }) => `${dev}:${ino}`, () => '')
    if (this.#watchers.get(path)?.mark === mark) return
    this.#watchers.get(path)?.watcher?.close()
    this.#watchers.set(path, { mark, watcher: this.#open(folder) })
  }

  /** Ends the watches of folders that are gone. */
  keep(paths: ReadonlySet<string>): void {
    for (const [path, { watcher }] of this.#watchers) {
      if (paths.has(path)) continue
      watcher?.close()
      this.#watchers.delete(path)
    }
  }

  #open(folder: string): FSWatcher | undefined {
    try {
      const watcher = watch(folder, () => this.#onNotice?.())
      watcher.on('error', () => watcher.close())
      return watcher
    } catch {
      // No more watches, or none on this file system: looking now and then finds it out a little later.
      return undefined
    }
  }
}

/** Makes the disk. Links to files are followed (as ConfigMap mounts need), links to folders are not, as kubectl does. */
export function openDisk(folder: string): Disk {
  const watches = new FolderWatches()
  return {
    watch: (onNotice) => watches.start(onNotice),
    list: () => list(folder, watches),
    stamp: (file) => stampOf(join(folder, file)),
    read: (file) => read(join(folder, file)),
  }
}

/** Looks once, without watching. */
export const lookInto = (folder: string): Promise<Listing> => list(folder, undefined)

interface Walk {
  readonly root: string
  readonly watches: FolderWatches | undefined
  readonly folders: Set<string>
  readonly files: Map<string, FileStamp>
  readonly closed: Map<string, string>
}

async function list(root: string, watches: FolderWatches | undefined): Promise<Listing> {
  const seen: Walk = { root, watches, folders: new Set(), files: new Map(), closed: new Map() }
  await walk(seen, '', 0)
  watches?.keep(seen.folders)
  return { files: seen.files, closed: seen.closed }
}

/** `prefix` is empty or ends with a slash. */
async function walk(seen: Walk, prefix: string, depth: number): Promise<void> {
  const folder = join(seen.root, prefix)
  seen.folders.add(prefix)
  await seen.watches?.add(prefix, folder)
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    // A subfolder that is gone took its files with it; anything else says nothing about them.
    if (prefix === '' || !isGone(error)) seen.closed.set(prefix, reasonOf(error))
    return []
  })
  const visible = entries.filter(({ name }) => !name.startsWith('.') && name !== 'node_modules').sort((a, b) => (a.name < b.name ? -1 : 1))
  const isFolder = (entry: Dirent): boolean => entry.isDirectory() && depth < MAX_FOLDER_DEPTH
  // All at once: one after the other costs several times as much.
  const stamps = await Promise.all(visible.map((entry) => (!isFolder(entry) && /\.(ya?ml|json)$/.test(entry.name) ? stampOf(join(folder, entry.name)) : undefined)))
  for (const [i, entry] of visible.entries()) {
    const path = `${prefix}${entry.name}`
    const stamp = stamps[i]
    if (isFolder(entry)) await walk(seen, `${path}/`, depth + 1)
    else if (stamp) seen.files.set(path, stamp)
  }
}

const NS_PER_MS = 1_000_000n
const NS_PER_S = 1_000_000_000n

/** What can be told of a file without reading it; one that cannot be looked at has a form of its own, and is found unreadable when it is read. */
async function stampOf(path: string): Promise<FileStamp | undefined> {
  try {
    const stats = await stat(path, { bigint: true })
    if (!stats.isFile()) return undefined
    const { dev, ino, size, mtimeNs, ctimeNs } = stats
    const changed = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
    return { mark: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`, changedAtMs: Number(changed / NS_PER_MS), isCoarse: mtimeNs % NS_PER_S === 0n && ctimeNs % NS_PER_S === 0n }
  } catch (error) {
    return isGone(error) ? undefined : { mark: reasonOf(error), changedAtMs: 0, isCoarse: false }
  }
}

async function read(path: string): Promise<FileContent> {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) }
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof TypeError ? 'it is not UTF-8 text' : reasonOf(error) }
  }
}

const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
