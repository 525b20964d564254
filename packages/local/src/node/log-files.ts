/** Keeps log files from filling the disk: one older generation of each, `<name>.log.1`. */
import { copyFileSync, readdirSync, renameSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

/** A file larger than this is put aside when its process starts. */
const START_AFRESH_BYTES = 16 << 20
/** A file larger than this is put aside while its process writes: 100 MB and more of one talkative program help nobody. */
const LIMIT_BYTES = 64 << 20

/** Puts a large log aside before its process is started anew. */
export function rotateLog(path: string): void {
  if (sizeOf(path) > START_AFRESH_BYTES) renameSync(path, `${path}.1`)
}

/** Puts the logs aside that have grown too large. Their processes write on into the same file, which is empty then: they append. */
export function limitLogs(stateFolder: string, limitBytes: number = LIMIT_BYTES): void {
  const folder = join(stateFolder, 'logs')
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!name.endsWith('.log') || sizeOf(path) <= limitBytes) continue
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
