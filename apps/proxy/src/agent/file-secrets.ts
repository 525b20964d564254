/** Certificates, keys and roots that users name by file (`file-cert:`, `file-root:`): read when configuration asks for them, and again when they change. */
import { readFileSync, statSync } from 'node:fs'
import { certificateSecret, parseFileSecret, rootsSecret, type FileSecret, type SecretMessage } from '@istio-ts/ca'
import type { Cancel, Clock, MeshError } from '@istio-ts/foundation'
import { unusableSecretFile } from '../errors.ts'
import { systemRoots } from './system-roots.ts'

/** What the agent needs. */
export interface FileSecretsDeps {
  readonly clock: Clock
  /** Secrets that are new or changed. */
  readonly onSecrets: (secrets: readonly SecretMessage[]) => void
  readonly onError: (error: MeshError) => void
}

/** How often files are looked at. Looking is a few system calls; a watch would miss a mount that is replaced as a whole, as Kubernetes does it. */
const LOOK_MS = 500

/** One secret. */
interface Kept {
  readonly file: FileSecret
  /** State of its files when they were read last; a change is taken once it has been seen twice, so that no half-written file is read. */
  read: string
  seen: string
  problem: string
}

/** True for names that the agent serves from files. */
export const isFileSecret = (name: string): boolean => parseFileSecret(name) !== undefined

/** Serves what is wanted until closed. */
export class FileSecrets {
  readonly #deps: FileSecretsDeps
  readonly #kept = new Map<string, Kept>()
  #timer: Cancel | undefined

  constructor(deps: FileSecretsDeps) {
    this.#deps = deps
  }

  /** From now on these are served, and no others; names of other kinds are passed over. */
  want(names: Iterable<string>): void {
    const wanted = new Set(names)
    for (const name of this.#kept.keys()) if (!wanted.has(name)) this.#kept.delete(name)
    const fresh: string[] = []
    for (const name of wanted) {
      const file = this.#kept.has(name) ? undefined : parseFileSecret(name)
      if (!file) continue
      this.#kept.set(name, { file, read: '', seen: '', problem: '' })
      fresh.push(name)
    }
    this.#tell(fresh)
    this.#timer ??= this.#kept.size > 0 ? this.#deps.clock.after(LOOK_MS, () => this.#look()) : undefined
  }

  close(): void {
    this.#timer?.()
    this.#kept.clear()
  }

  #look(): void {
    this.#timer = this.#kept.size > 0 ? this.#deps.clock.after(LOOK_MS, () => this.#look()) : undefined
    this.#tell([...this.#kept].flatMap(([name, kept]) => {
      const now = stateOf(kept.file)
      const settled = now === kept.seen
      kept.seen = now
      return settled && now !== kept.read ? [name] : []
    }))
  }

  #tell(names: readonly string[]): void {
    const secrets = names.flatMap((name) => this.#read(name) ?? [])
    if (secrets.length > 0) this.#deps.onSecrets(secrets)
  }

  #read(name: string): SecretMessage | undefined {
    const kept = this.#kept.get(name)
    if (!kept) return undefined
    kept.read = kept.seen = stateOf(kept.file)
    try {
      const secret = secretOf(name, kept.file)
      kept.problem = ''
      return secret
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      // Once for each reason: somebody may take an hour to bring the file.
      if (why !== kept.problem) this.#deps.onError(unusableSecretFile(name, why))
      kept.problem = why
      return undefined
    }
  }
}

/** @throws Error if a file cannot be read or holds no PEM. */
function secretOf(name: string, file: FileSecret): SecretMessage {
  switch (file.kind) {
    case 'certificate': return certificateSecret(name, pem(file.certificate, 'CERTIFICATE'), pem(file.key, 'PRIVATE KEY'))
    case 'roots': return rootsSecret(name, pem(file.path, 'CERTIFICATE'))
    case 'system-roots': return rootsSecret(name, systemRoots())
  }
}

function pem(path: string, what: string): Uint8Array {
  const bytes = readFileSync(path)
  if (!bytes.includes(`${what}-----`)) throw new Error(`${path} holds no ${what.toLowerCase()} in PEM form`)
  return bytes
}

/** Changes whenever a file is written, replaced, removed or brought. */
const stateOf = (file: FileSecret): string =>
  (file.kind === 'certificate' ? [file.certificate, file.key] : file.kind === 'roots' ? [file.path] : []).map(stampOf).join(' ')

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat ? `${stat.ino}:${stat.size}:${stat.mtimeMs}` : 'none'
}
