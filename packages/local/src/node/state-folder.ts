/** What lies in the state folder of a local mesh (its name is made in `state-folder-of.ts`), and where these folders are. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { stateFolderUnusable } from './errors.ts'

/** Environment variables that say where state lies. */
export interface StateHome {
  readonly xdgStateHome?: string | undefined
  readonly home: string
}

/** Parent of all state folders. A relative XDG_STATE_HOME does not count, as the XDG specification says: it would mean another place in each folder. */
export const stateRoot = ({ xdgStateHome, home }: StateHome): string =>
  join(xdgStateHome !== undefined && isAbsolute(xdgStateHome) ? xdgStateHome : join(home, '.local/state'), 'istio-ts')

/** Makes the folder and its parts; only the owner may look in, because keys are there. @throws MeshError MESH0813 */
export function makeStateFolder(folder: string): void {
  try {
    for (const part of ['', 'run', 'logs']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
  } catch (error) {
    throw stateFolderUnusable(folder, error instanceof Error ? error.message : String(error))
  }
}

/** Reads JSON; undefined if there is none or it is broken. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch {
    return undefined
  }
}

/** Writes JSON so that a reader sees the old or the new, never half of it. Unchanged content is not written. */
export function writeJson(path: string, value: unknown, mode = 0o600): void {
  writeText(path, `${JSON.stringify(value, null, 2)}\n`, mode)
}

/** As {@link writeJson}, for text. */
export function writeText(path: string, text: string, mode = 0o600): void {
  try {
    if (readFileSync(path, 'utf8') === text) return
  } catch {
    // there is none yet
  }
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, text, { mode })
  renameSync(temporary, path)
}

/** Removes what only the running mesh needed; keys, ports and logs stay. */
export const removeRunFiles = (folder: string): void => {
  rmSync(join(folder, 'run'), { recursive: true, force: true })
  for (const file of ['endpoints.json', 'mesh.json']) rmSync(join(folder, file), { force: true })
}

/** What `mesh.json` says while a mesh is up. */
export interface MeshFile {
  readonly name: string
  /** Absolute folder of the configuration. */
  readonly folder: string
  readonly stateFolder: string
}

/** Meshes that are up (or were not taken down properly), by their `mesh.json`. */
export function knownMeshes(home: StateHome): readonly MeshFile[] {
  const root = stateRoot(home)
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return []
  return readdirSync(root).flatMap((entry) => {
    const file = readJson(join(root, entry, 'mesh.json'))
    return isMeshFile(file) ? [{ ...file, stateFolder: join(root, entry) }] : []
  })
}

const isMeshFile = (value: unknown): value is { readonly name: string; readonly folder: string } =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' && 'folder' in value && typeof value.folder === 'string'
