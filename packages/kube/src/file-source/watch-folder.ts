/** A watched folder: looks when it is told to and now and then by itself, takes what has come to rest, and tells its owner. */
import type { Cancel, Clock, Component } from '@istio-ts/foundation'
import { fileLedger, sameStamp, type FileStamp, type Listing } from './file-ledger.ts'
import { applyFiles, emptyFolder, type FileContent, type FolderChange, type FolderOptions, type FolderState } from './folder-state.ts'

/** What watching needs of a file system. Nothing here rejects: what cannot be seen is said in the answer. */
export interface Disk {
  list(): Promise<Listing>
  read(file: string): Promise<FileContent>
  /** The form of one file now; undefined if it is gone. */
  stamp(file: string): Promise<FileStamp | undefined>
  /** Calls `onNotice` when something may have changed, as far as the system tells. Returns what ends it. */
  watch(onNotice: () => void): () => void
}

/** How to watch. */
export interface WatchOptions extends FolderOptions {
  /** How still a file must be before it is read. Default 50 ms: an editor's half-written file is not an empty one. */
  readonly stableMs?: number
  /** Look even without a notice from the system, in milliseconds. Default 1000: some file systems (network, containers) give none. */
  readonly pollMs?: number
}

/** What the owner is told. `onChange` is called once per batch that changed resources or findings, after `state` has been taken. */
export interface FileSourceEvents {
  onChange(change: FolderChange, state: FolderState): void
}

/** A watched folder. `ready()` resolves after the first reading; until `stop` the owner is told of changes. */
export interface FileSource extends Component {
  readonly state: FolderState
  /** Looks now instead of at the next notice; resolves when what was still has been taken. */
  refresh(): Promise<void>
}

/** An editor makes several changes in a row: they are looked at together. */
const NOTICE_MS = 5
/** Looking through the folder costs at most this part of the time when nothing happens, however large it is. */
const REST_PER_LOOK = 50
/** Files that are read at the same time: a thread of the system for each few, and no more open files than everybody may have. */
const READ_AT_ONCE = 32
/** A file this young at the first reading may still be written to within one tick of the file system's clock. */
const YOUNG_MS = 3000
/** After this, a file system that counts whole seconds shows a second write. */
const COARSE_MS = 2100

/** Watches what `disk` shows. Starts with {@link FileSource.start}. */
export function watchFolder(deps: { readonly clock: Clock; readonly disk: Disk }, options: WatchOptions & { readonly name: string }, events: FileSourceEvents): FileSource {
  const { clock, disk } = deps
  const [stableMs, pollMs] = [options.stableMs ?? 50, options.pollMs ?? 1000]
  const ledger = fileLedger({ stableMs })
  let state = emptyFolder
  let closed: ReadonlyMap<string, string> = new Map()
  let unwatch: (() => void) | undefined
  let timer: { readonly atMs: number; readonly cancel: Cancel } | undefined
  let stopped = false
  /** How long it took to look through the folder, without reading. */
  let lookMs = 0
  let looking = Promise.resolve()

  /** The earliest wish wins: neither a look that ends nor a stream of notices puts off what was asked for before. */
  const schedule = (delayMs: number): void => {
    const atMs = clock.monotonic() + delayMs
    if (stopped || (timer && timer.atMs <= atMs)) return
    timer?.cancel()
    timer = { atMs, cancel: clock.after(delayMs, () => {
      timer = undefined
      void look(false)
    }) }
  }

  const look = (first: boolean): Promise<void> => (looking = looking.catch(() => undefined).then(() => lookNow(first)))

  async function lookNow(first: boolean): Promise<void> {
    if (stopped) return
    const startedAt = clock.monotonic()
    try {
      const listing = await disk.list()
      const listedAt = clock.monotonic()
      lookMs = listedAt - startedAt
      const contents = new Map(foldersClosedOrOpened(listing.closed))
      const due = ledger.note(listing, listedAt, first)
      for (let i = 0; i < due.length; i += READ_AT_ONCE) {
        const some = due.slice(i, i + READ_AT_ONCE)
        const read = await Promise.all(some.map((file) => readStill(file, listing.files.get(file), first)))
        for (const [n, file] of some.entries()) if (read[n]) contents.set(file, read[n])
      }
      if (!stopped) take(contents)
    } finally {
      schedule(Math.min(ledger.dueIn(clock.monotonic()), Math.max(pollMs, lookMs * REST_PER_LOOK)))
    }
  }

  /** The content of a file that was still; undefined if it moved while it was read. The first reading takes what there is. */
  async function readStill(file: string, stamp: FileStamp | undefined, first: boolean): Promise<FileContent | undefined> {
    if (!stamp) {
      ledger.took(file, undefined)
      return { kind: 'missing' }
    }
    const content = await disk.read(file)
    const after = await disk.stamp(file)
    const now = clock.monotonic()
    if (!first && !sameStamp(stamp, after)) {
      ledger.moved(file, after, now)
      return undefined
    }
    ledger.took(file, stamp, recheckAt(content, stamp, first, now))
    return content
  }

  /** When what was read may turn out not to be the whole truth. */
  function recheckAt(content: FileContent, stamp: FileStamp, first: boolean, now: number): number | undefined {
    if (content.kind === 'unreadable') return now + pollMs
    const isYoung = clock.now() - stamp.changedAtMs < YOUNG_MS
    if (stamp.isCoarse && isYoung) return now + COARSE_MS
    return first && isYoung ? now + stableMs : undefined
  }

  /** Folders count as files of their own name while they cannot be looked into. */
  function foldersClosedOrOpened(now: ReadonlyMap<string, string>): readonly (readonly [string, FileContent])[] {
    const before = closed
    closed = now
    return [
      ...[...before.keys()].filter((path) => !now.has(path)).map((path) => [path, { kind: 'missing' }] as const),
      ...[...now].map(([path, reason]) => [path, { kind: 'closed', reason }] as const),
    ]
  }

  function take(contents: ReadonlyMap<string, FileContent>): void {
    if (contents.size === 0) return
    const applied = applyFiles(state, contents, options)
    if (applied.state === state) return
    state = applied.state
    events.onChange(applied.change, state)
  }

  return {
    name: options.name,
    get state() {
      return state
    },
    async start() {
      unwatch = disk.watch(() => schedule(Math.max(NOTICE_MS, lookMs)))
      await look(true)
    },
    ready: () => looking,
    refresh: () => look(false),
    drain: async () => {},
    async stop() {
      stopped = true
      timer?.cancel()
      unwatch?.()
      await looking
    },
  }
}
