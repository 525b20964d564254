/** The YAML and JSON files of a folder, as the file source counts them. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Size and time of last change: while they move, somebody is writing. */
export interface FileStamp {
  readonly size: number
  readonly mtimeMs: number
}

/** Lists `*.yaml`, `*.yml` and `*.json`, subfolders included, dot folders and dot files not; paths are relative with `/`. */
export async function listFiles(folder: string): Promise<ReadonlyMap<string, FileStamp>> {
  const found = new Map<string, FileStamp>()
  await walk(folder, '', found, 0)
  return found
}

/** Deeper trees are a mistake or a loop of links. */
const MAX_FOLDER_DEPTH = 20

async function walk(folder: string, prefix: string, found: Map<string, FileStamp>, depth: number): Promise<void> {
  if (depth > MAX_FOLDER_DEPTH) return
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(() => [])
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    if (entry.isDirectory()) await walk(folder, path, found, depth + 1)
    else if (/\.(ya?ml|json)$/.test(entry.name)) await note(folder, path, found)
  }
}

async function note(folder: string, path: string, found: Map<string, FileStamp>): Promise<void> {
  const stats = await stat(join(folder, path)).catch(() => undefined)
  if (stats?.isFile()) found.set(path, { size: stats.size, mtimeMs: stats.mtimeMs })
}
