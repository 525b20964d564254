/** Which mesh a command means: `-f`, else the current folder, else the only running one. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { formatDiagnostic } from '@istio-ts/foundation'
import { selectLocalMesh } from '@istio-ts/local'
import { isAlive, knownMeshes, livingSupervisor, readProcesses, readView, stateFolderOf } from '@istio-ts/local/node'
import type { CliContext } from '../../context.ts'
import { holdsLocalMesh } from '../../mesh/running-mesh.ts'
import { noLocalMesh, noSuchFolder, unusableMesh, whichMesh } from './errors.ts'
import { readFolder } from './read-folder.ts'

/** A local mesh: its folder (absolute, links resolved), its name, and where its state lies. */
export interface FoundMesh {
  readonly name: string
  readonly folder: string
  readonly stateFolder: string
}

/** Finds the mesh. @throws MeshError with the list of running ones if there is no telling */
export async function findMesh(folder: string | undefined, context: CliContext): Promise<FoundMesh> {
  if (folder !== undefined) return knownHere(resolve(context.cwd, folder), context) ?? (await meshOfFolder(absolute(folder, context), context)) ?? fail(noLocalMesh(folder))
  const current = realpathSync(context.cwd)
  // Everything below the folder is read only if it holds a LocalMesh itself: in a home folder that would not end.
  const here = knownHere(current, context) ?? (holdsLocalMesh(current) ? await meshOfFolder(current, context) : undefined)
  if (here) return here
  const running = knownMeshes(context).filter((mesh) => isUp(mesh.stateFolder))
  const [only, ...others] = running
  if (only && others.length === 0) return only
  throw whichMesh(running.map((mesh) => mesh.folder))
}

/** True if its supervisor or anything it left in the state folder says so. */
export const isUp = (stateFolder: string): boolean => livingSupervisor(stateFolder) !== undefined || readView(stateFolder) !== undefined

/** True while anything of it runs: its supervisor, or a process that a dead supervisor left. */
export const isRunning = (stateFolder: string): boolean => livingSupervisor(stateFolder) !== undefined || Object.values(readProcesses(stateFolder)).some(isAlive)

/** Also where the folder itself was removed: what runs can still be looked at and taken down. */
const knownHere = (folder: string, context: CliContext): FoundMesh | undefined =>
  knownMeshes(context).find((mesh) => mesh.folder === folder && isUp(mesh.stateFolder))

async function meshOfFolder(folder: string, context: CliContext): Promise<FoundMesh | undefined> {
  const known = knownHere(folder, context)
  if (known) return known
  const content = await readFolder(folder)
  const { mesh } = selectLocalMesh(content.resources)
  if (mesh) return { name: mesh.metadata.name, folder, stateFolder: stateFolderOf(context, mesh.metadata.name, folder) }
  const broken = content.diagnostics.filter((finding) => finding.severity === 'error')
  if (broken.length > 0 && content.mentionsLocalMesh) throw unusableMesh(folder, broken.map(formatDiagnostic))
  return undefined
}

function absolute(folder: string, context: CliContext): string {
  const path = resolve(context.cwd, folder)
  if (!existsSync(path)) throw noSuchFolder(folder)
  return realpathSync(statSync(path).isDirectory() ? path : dirname(path))
}

function fail(error: Error): never {
  throw error
}
