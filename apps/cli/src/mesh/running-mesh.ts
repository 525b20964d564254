/** The running mesh that a command speaks to: `--mesh DIR`, else the current folder's, else the only one that is up (LOCAL.md, life cycle). */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { MeshError } from '@istio-ts/foundation'
import { knownMeshes, type MeshFile } from '@istio-ts/local/state'
import type { CliContext } from '../context.ts'
import { meshNotUp, noSuchFolder, whichMesh } from '../errors.ts'

/** The mesh, or why there is none to speak to. */
export type MeshChoice = { readonly mesh: MeshFile; readonly problem?: never } | { readonly mesh?: never; readonly problem: MeshError }

/** Chooses by what is up, so that no YAML needs to be understood: that would load most of the program. */
export function chooseMesh(dir: string | undefined, context: CliContext): MeshChoice {
  const known = knownMeshes(context)
  const path = resolve(context.cwd, dir ?? '.')
  if (!existsSync(path)) return { problem: noSuchFolder(dir ?? path) }
  const folder = realpathSync(statSync(path).isDirectory() ? path : dirname(path))
  const here = known.find((mesh) => mesh.folder === folder)
  if (here) return { mesh: here }
  if (dir !== undefined || holdsLocalMesh(folder)) return { problem: meshNotUp(folder) }
  const [only, ...others] = known
  return only && others.length === 0 ? { mesh: only } : { problem: whichMesh(known.map((mesh) => mesh.folder)) }
}

/** The mesh. @throws MeshError MESH0968, MESH0969 or MESH0978 if there is none, or no telling which */
export function runningMesh(dir: string | undefined, context: CliContext): MeshFile {
  const { mesh, problem } = chooseMesh(dir, context)
  if (!mesh) throw problem
  return mesh
}

/** A LocalMesh in the folder itself: one somewhere below it (samples of a repository) is not what its user means by "here". */
export function holdsLocalMesh(folder: string): boolean {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/i.test(entry.name))
  return files.some(({ name }) => isLocalMeshText(textOfFile(join(folder, name))))
}

/** True if a text has the kind, be it readable or not; YAML or JSON. */
export const namesLocalMesh = (text: string): boolean => /(?:^|[{,])\s*"?kind"?:\s*["']?LocalMesh\b/m.test(text)

/** Both lines, because a status that was written to a file names the kind too. */
const isLocalMeshText = (text: string): boolean => namesLocalMesh(text) && /(?:^|[{,])\s*"?apiVersion"?:\s*["']?istio-ts\.dev\//m.test(text)

function textOfFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
