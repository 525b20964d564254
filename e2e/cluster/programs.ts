/** Finds the programs that a test cluster consists of, and says in one line which are missing. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { KUBE_VERSION } from '../../tools/prepare-tools.mjs'

/** Absolute paths of the programs. */
export interface ClusterPrograms {
  readonly etcd: string
  readonly apiserver: string
}

/** What this machine has. */
export type FoundPrograms = { readonly programs: ClusterPrograms; readonly missing?: undefined } | { readonly programs?: undefined; readonly missing: string }

/** A program on the PATH, or where Debian keeps those of the system. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

/** Looks for etcd (Debian's) and for kube-apiserver, which tools/prepare-tools.mjs builds into a versioned cache outside the clone. */
export function findClusterPrograms(): FoundPrograms {
  const apiserver = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'istio-ts/kube', `v${KUBE_VERSION}`, 'kube-apiserver')
  const etcd = findProgram('etcd')
  if (etcd !== undefined && existsSync(apiserver)) return { programs: { etcd, apiserver } }
  return { missing: [...(etcd === undefined ? ['etcd (Debian: etcd-server)'] : []), ...(existsSync(apiserver) ? [] : [apiserver])].join(' and ') }
}
