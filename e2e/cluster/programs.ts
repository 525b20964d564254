/** Finds the programs that a test cluster consists of, and says in one line which are missing. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { KUBE_VERSION } from '../../tools/prepare-tools.mjs'

/** Absolute paths of the programs. */
export interface ClusterPrograms {
  readonly etcd: string
  readonly apiserver: string
  /** Of the same version as the API server: people read CRDs through it. */
  readonly kubectl: string
}

/** What this machine has. */
export type FoundPrograms = { readonly programs: ClusterPrograms; readonly missing?: undefined } | { readonly programs?: undefined; readonly missing: string }

/** A program on the PATH, or where Debian keeps those of the system. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

/** Looks for etcd (Debian's) and for the programs of Kubernetes, which tools/prepare-tools.mjs builds into a versioned cache outside the clone. */
export function findClusterPrograms(): FoundPrograms {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'istio-ts/kube', `v${KUBE_VERSION}`)
  const [apiserver, kubectl] = [join(folder, 'kube-apiserver'), join(folder, 'kubectl')]
  const etcd = findProgram('etcd')
  const missing = [apiserver, kubectl].filter((file) => !existsSync(file))
  if (etcd !== undefined && missing.length === 0) return { programs: { etcd, apiserver, kubectl } }
  return { missing: [...(etcd === undefined ? ['etcd (Debian: etcd-server)'] : []), ...missing].join(' and ') }
}
