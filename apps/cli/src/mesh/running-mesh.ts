/** The running mesh that a command speaks to: `--mesh DIR`, else the current folder's, else the only one that is up. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { MeshError } from '@istio-ts/foundation'
import { knownMeshes, type MeshFile } from '@istio-ts/local/node'
import type { CliContext } from '../context.ts'
import { meshNotUp, whichMesh } from '../errors.ts'

/** Finds it. @throws MeshError with a list if there is no telling, or if the one that is meant is not up */
export async function runningMesh(dir: string | undefined, context: CliContext): Promise<MeshFile> {
  const known = knownMeshes({ home: context.home, xdgStateHome: context.xdgStateHome })
  const folder = folderOf(dir, context)
  const here = known.find((mesh) => mesh.folder === folder)
  if (here) return here
  // The current folder may hold a mesh that is not up; only reading its YAML tells, which loads much more of the program.
  const { findMesh } = await import('../commands/local/find-mesh.ts')
  const found = await findMesh(dir, context).catch((error: unknown) => {
    throw error instanceof MeshError && error.remedy.includes('-f') ? whichMesh(error.message) : error
  })
  const mesh = known.find((one) => one.folder === found.folder)
  if (mesh) return mesh
  throw meshNotUp(found.folder)
}

/** Like {@link runningMesh} without reading any YAML: undefined if no mesh is up, or several are and none is meant. */
export function likelyMesh(dir: string | undefined, context: CliContext): MeshFile | undefined {
  const known = knownMeshes({ home: context.home, xdgStateHome: context.xdgStateHome })
  const folder = folderOf(dir, context)
  return known.find((mesh) => mesh.folder === folder) ?? (dir === undefined && known.length === 1 ? known[0] : undefined)
}

function folderOf(dir: string | undefined, context: CliContext): string | undefined {
  const path = resolve(context.cwd, dir ?? '.')
  if (!existsSync(path)) return undefined
  return realpathSync(statSync(path).isDirectory() ? path : dirname(path))
}
