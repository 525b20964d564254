/** The state folder of a local mesh: `${XDG_STATE_HOME:-~/.local/state}/istio-ts/<name>-<hash of folder>`. By itself, because who only looks for meshes that run needs no `node:crypto` (4 ms of a start). */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { stateRoot, type StateHome } from './state-folder.ts'

/** The state folder of the mesh `name` in `folder` (absolute, links resolved). */
export const stateFolderOf = (home: StateHome, name: string, folder: string): string =>
  join(stateRoot(home), `${name}-${createHash('sha256').update(folder).digest('hex').slice(0, 10)}`)
