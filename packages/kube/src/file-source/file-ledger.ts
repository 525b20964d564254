/** What was taken of each file and what has yet to come to rest: decides what to read when, and does no IO. */

/** A form of a file, told apart without reading it. */
export interface FileStamp {
  /** Differs when content may differ: device, inode, size, times of change. The inode catches a file renamed over another, the time of the inode a copy that keeps its time. */
  readonly mark: string
  /** When it changed last, by the wall clock of the file system, in milliseconds. */
  readonly changedAtMs: number
  /** True if the file system counts whole seconds only, so that two writes of one second look alike. */
  readonly isCoarse: boolean
}

/** What one look at a folder saw. */
export interface Listing {
  /** Paths relative to the folder, with `/`. */
  readonly files: ReadonlyMap<string, FileStamp>
  /** What is there but could not be looked at, with the reason: `sub/` a folder, `a.yaml` a file, `` the folder itself. What they held stays. */
  readonly closed: ReadonlyMap<string, string>
}

/** How still a file must be, and how old for a first reading to be the last word. */
export interface LedgerOptions {
  readonly stableMs: number
}

/** Remembers looks. Times are monotonic milliseconds. */
export interface FileLedger {
  /** Notes a look. Returns the files to read now, gone ones included; `first` takes all at once. */
  note(listing: Listing, nowMs: number, first: boolean): readonly string[]
  /** The file was read in this form (undefined: it is gone). `recheckAtMs`: the form may hide another one, so read it again then. */
  took(file: string, stamp: FileStamp | undefined, recheckAtMs?: number): void
  /** The file moved while it was read: it has to come to rest again. */
  moved(file: string, stamp: FileStamp | undefined, nowMs: number): void
  /** Milliseconds until something may be still; Infinity when nothing is awaited. */
  dueIn(nowMs: number): number
}

interface Taken {
  readonly stamp: FileStamp
  /** Infinity: never. */
  readonly recheckAtMs: number
}

interface Pending {
  readonly stamp: FileStamp | undefined
  readonly sinceMs: number
}

/** Makes an empty ledger. */
export function fileLedger({ stableMs }: LedgerOptions): FileLedger {
  const taken = new Map<string, Taken>()
  const pending = new Map<string, Pending>()
  /** The first moment at which something that the last look saw, or that was said since, may be due. What it could not see is not awaited. */
  let nextMs = Infinity

  const isPast = (atMs: number, nowMs: number): boolean => {
    if (nowMs >= atMs) return true
    nextMs = Math.min(nextMs, atMs)
    return false
  }

  const isDue = (file: string, stamp: FileStamp | undefined, nowMs: number): boolean => {
    const known = taken.get(file)
    if (sameStamp(stamp, known?.stamp)) {
      pending.delete(file)
      return isPast(known?.recheckAtMs ?? Infinity, nowMs)
    }
    const waiting = pending.get(file)
    if (waiting && sameStamp(waiting.stamp, stamp)) return isPast(waiting.sinceMs + stableMs, nowMs)
    moved(file, stamp, nowMs)
    return false
  }

  const moved = (file: string, stamp: FileStamp | undefined, sinceMs: number): void => {
    pending.set(file, { stamp, sinceMs })
    nextMs = Math.min(nextMs, sinceMs + stableMs)
  }

  return {
    note({ files, closed }, nowMs, first) {
      nextMs = Infinity
      if (first) return [...files.keys()]
      const due: string[] = []
      for (const file of new Set([...files.keys(), ...taken.keys(), ...pending.keys()])) {
        const stamp = files.get(file)
        if (!stamp && (isClosed(file, closed) || !taken.has(file))) pending.delete(file)
        else if (isDue(file, stamp, nowMs)) due.push(file)
      }
      return due
    },
    took(file, stamp, recheckAtMs = Infinity) {
      pending.delete(file)
      nextMs = Math.min(nextMs, recheckAtMs)
      if (stamp) taken.set(file, { stamp, recheckAtMs })
      else taken.delete(file)
    },
    moved,
    dueIn: (nowMs) => Math.max(0, nextMs - nowMs),
  }
}

/** Same form of a file, or missing both times. */
export const sameStamp = (a: FileStamp | undefined, b: FileStamp | undefined): boolean => a?.mark === b?.mark

/** True if the file, or a folder it lies in, could not be looked at. */
function isClosed(file: string, closed: ReadonlyMap<string, string>): boolean {
  if (closed.size === 0) return false
  if (closed.has('') || closed.has(file)) return true
  for (let slash = file.indexOf('/'); slash !== -1; slash = file.indexOf('/', slash + 1)) if (closed.has(file.slice(0, slash + 1))) return true
  return false
}
