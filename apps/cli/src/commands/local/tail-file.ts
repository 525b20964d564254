/** Reads a growing text file in pieces of whole lines, however large it is and whatever happens to it. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

/** A file that is read on and on. */
export interface FileTail {
  /**
   * What there is to read now, in pieces of whole lines of about a megabyte. `atEnd`: nothing more is waited for, so a last line without its
   * end is given too (with one).
   */
  read(atEnd: boolean): Iterable<string>
  /** Passes over what is there now. */
  skip(): void
}

const PIECE_BYTES = 1 << 20
const LINE_END = 0x0a

/** Begins at the start. A file that was put aside as `<path>.1` is read to its end there; one that was emptied begins anew. */
export function tailFile(path: string, pieceBytes: number = PIECE_BYTES): FileTail {
  let inode: number | undefined
  let offset = 0
  let rest: Buffer = Buffer.alloc(0)

  /** New bytes of the file, of the one that was put aside first. */
  function next(): Buffer {
    const now = readFrom(path, (at) => (at.ino === inode || inode === undefined ? (at.size < offset ? 0 : offset) : undefined), pieceBytes)
    if (now?.bytes) {
      inode = now.ino
      offset = now.from + now.bytes.length
      return now.bytes
    }
    const aside = readFrom(`${path}.1`, (at) => (at.ino === inode ? offset : undefined), pieceBytes)
    if (aside?.bytes && aside.bytes.length > 0) {
      offset += aside.bytes.length
      return aside.bytes
    }
    if (now === undefined) return Buffer.alloc(0)
    inode = now.ino
    offset = 0
    return next()
  }

  return {
    * read(atEnd) {
      for (let bytes = next(); bytes.length > 0; bytes = next()) {
        const text = Buffer.concat([rest, bytes])
        const end = text.lastIndexOf(LINE_END) + 1
        rest = text.subarray(end)
        if (end > 0) yield text.subarray(0, end).toString()
      }
      if (!atEnd || rest.length === 0) return
      const last = `${rest.toString()}\n`
      rest = Buffer.alloc(0)
      yield last
    },
    skip() {
      const at = statSync(path, { throwIfNoEntry: false })
      inode = at?.ino
      offset = at?.size ?? 0
      rest = Buffer.alloc(0)
    },
  }
}

/** Reads a piece from where `choose` says; without bytes where it says nothing. Undefined if there is no such file. */
function readFrom(path: string, choose: (at: { readonly ino: number; readonly size: number }) => number | undefined, pieceBytes: number): { readonly ino: number; readonly from: number; readonly bytes?: Buffer } | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const { ino, size } = fstatSync(file)
    const from = choose({ ino, size })
    if (from === undefined) return { ino, from: 0 }
    const bytes = Buffer.alloc(Math.max(0, Math.min(size - from, pieceBytes)))
    return { ino, from, bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from)) }
  } finally {
    closeSync(file)
  }
}
