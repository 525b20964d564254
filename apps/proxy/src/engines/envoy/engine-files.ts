/** The files of a sidecar that is a real Envoy: `<namespace>.<name>.envoy*` in the run folder of its mesh. */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProxyBootstrap } from '../../bootstrap.ts'

/** Absolute paths. */
export interface EngineFiles {
  /** What Envoy is started with. */
  readonly bootstrap: string
  /** The unix socket of the agent's SDS. */
  readonly socket: string
  /** Envoy's own pid and start time (`local status` reads it). */
  readonly pid: string
  /** Why there is no Envoy (`local status` reads it). */
  readonly problem: string
}

/** Longest path of a unix socket, in bytes, that every system takes (Linux: 108 with the zero). */
export const MAX_SOCKET_PATH = 100

/** Names the files and makes their folders, open to this user alone. A socket whose path would be too long goes to the temporary folder. */
export function engineFiles(bootstrap: ProxyBootstrap, temporary: string = tmpdir()): EngineFiles {
  const text = (key: string): string => String(bootstrap.node.metadata[key] ?? 'x')
  const folder = bootstrap.stateFolder === undefined ? join(temporary, `istio-ts-${process.pid}`) : join(bootstrap.stateFolder, 'run')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const base = join(folder, `${text('NAMESPACE')}.${text('NAME')}.envoy`)
  const socket = `${base}.sds`
  return { bootstrap: `${base}-bootstrap.json`, pid: `${base}.json`, problem: `${base}-problem.json`, socket: Buffer.byteLength(socket) <= MAX_SOCKET_PATH ? socket : shortSocket(base, temporary) }
}

/** One per sidecar and user: the hash keeps two meshes with equal names apart. */
function shortSocket(base: string, temporary: string): string {
  const folder = join(temporary, `istio-ts-sds-${process.getuid?.() ?? 0}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return join(folder, createHash('sha256').update(base).digest('hex').slice(0, 20))
}
