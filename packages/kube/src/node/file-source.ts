/** Watches a folder of YAML: a file is taken when its size and time of change have been still for 50 ms. */
import { watch, type FSWatcher } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MeshError, type Cancel, type Clock, type Component } from '@istio-ts/foundation'
import { applyFiles, emptyFolder, type FileContent, type FolderChange, type FolderOptions, type FolderState } from '../file-source/folder-state.ts'
import { listFiles, type FileStamp } from './list-files.ts'

/** How to watch. */
export interface FileSourceOptions extends FolderOptions {
  readonly folder: string
  /** How still a file must be before it is read. Default 50 ms: an editor's half-written file is not an empty one. */
  readonly stableMs?: number
  /** Look even without a notice from the system, in milliseconds. Default 1000: some file systems (network, containers) give none. */
  readonly pollMs?: number
}

/** What the owner is told. `onChange` is called once per batch, after `state` has been taken. */
export interface FileSourceEvents {
  onChange(change: FolderChange, state: FolderState): void
}

/** A watched folder. `ready()` resolves after the first reading; until `stop` the owner is told of changes. */
export interface FileSource extends Component {
  readonly state: FolderState
  /** Looks now instead of at the next notice; resolves when what was still has been taken. */
  refresh(): Promise<void>
}

/** Makes a file source. @throws MeshError MESH0210 from `start` if the folder cannot be read. */
export function fileSource(deps: { readonly clock: Clock }, options: FileSourceOptions, events: FileSourceEvents): FileSource {
  const stableMs = options.stableMs ?? 50
  const taken = new Map<string, FileStamp>()
  const pending = new Map<string, { readonly stamp: FileStamp | undefined; readonly since: number }>()
  let state = emptyFolder
  let watcher: FSWatcher | undefined
  let cancel: Cancel | undefined
  let stopped = false
  let looking = Promise.resolve()

  const schedule = (delayMs: number): void => {
    if (stopped) return
    cancel?.()
    cancel = deps.clock.after(delayMs, () => void look(false))
  }

  /** `all` takes files at once: nobody is writing yet when the first reading is made. */
  const look = (all: boolean): Promise<void> => (looking = looking.then(() => lookNow(all)))

  async function lookNow(all: boolean): Promise<void> {
    if (stopped) return
    const seen = await listFiles(options.folder)
    const now = deps.clock.monotonic()
    const still: string[] = []
    for (const file of new Set([...seen.keys(), ...taken.keys()])) {
      const stamp = seen.get(file)
      if (sameStamp(stamp, taken.get(file))) {
        pending.delete(file)
        continue
      }
      const waiting = pending.get(file)
      if (!all && (!waiting || !sameStamp(waiting.stamp, stamp))) pending.set(file, { stamp, since: now })
      else if (all || now - (waiting?.since ?? now) >= stableMs) still.push(file)
    }
    await take(still, seen)
    schedule(pending.size > 0 ? stableMs : (options.pollMs ?? 1000))
  }

  async function take(files: readonly string[], seen: ReadonlyMap<string, FileStamp>): Promise<void> {
    const contents = new Map<string, FileContent>()
    for (const file of files) {
      const stamp = seen.get(file)
      contents.set(file, stamp ? await read(join(options.folder, file)) : { kind: 'missing' })
      pending.delete(file)
      if (stamp) taken.set(file, stamp)
      else taken.delete(file)
    }
    if (contents.size === 0 || stopped) return
    const applied = applyFiles(state, contents, options)
    state = applied.state
    events.onChange(applied.change, state)
  }

  return {
    name: `folder ${options.folder}`,
    get state() {
      return state
    },
    async start() {
      try {
        await readdir(options.folder)
        watcher = watch(options.folder, { recursive: true }, () => schedule(5))
      } catch (cause) {
        throw new MeshError({ code: 'MESH0210', message: `The folder ${options.folder} cannot be read.`, remedy: 'Check that it exists and that you may read it.', cause })
      }
      watcher.on('error', () => watcher?.close())
      await look(true)
    },
    ready: () => looking,
    refresh: () => look(false),
    drain: async () => {},
    async stop() {
      stopped = true
      cancel?.()
      watcher?.close()
      await looking
    },
  }
}

const sameStamp = (a: FileStamp | undefined, b: FileStamp | undefined): boolean => a?.size === b?.size && a?.mtimeMs === b?.mtimeMs

async function read(path: string): Promise<FileContent> {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) }
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof TypeError ? 'it is not UTF-8 text' : error instanceof Error ? error.message : String(error) }
  }
}
