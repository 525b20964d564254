/** What `local status -o json` says of a mesh, and how to find one's way in it. */

/** `local status -o json`, as LOCAL.md says; not the product's own type, because people's scripts depend on this form. */
export interface MeshStatus {
  readonly name: string
  readonly ready: boolean
  readonly istiod: { readonly pid: number | null; readonly ready: boolean; readonly restarts: number; readonly admin: string; readonly xds: string }
  readonly workloads: readonly WorkloadStatus[]
  readonly gateways: readonly { readonly name: string; readonly namespace: string; readonly pid: number | null; readonly ready: boolean; readonly restarts: number; readonly admin: string; readonly ports: readonly { readonly port: number; readonly listen: string }[] }[]
  readonly problems: readonly { readonly code: string; readonly severity: string; readonly message: string; readonly remedy?: string; readonly source?: { readonly file: string; readonly line: number } }[]
}

/** One workload of the status. */
export interface WorkloadStatus {
  readonly name: string
  readonly namespace: string
  readonly service: string | null
  readonly pid: number | null
  readonly ready: boolean
  readonly restarts: number
  readonly principal: string
  readonly proxy: {
    readonly kind: string; readonly pid: number | null; readonly ready: boolean; readonly restarts: number; readonly admin: string; readonly synced: boolean; readonly httpProxy: string
    readonly inbound: readonly { readonly port: number; readonly listen: string }[]
    readonly outbound: readonly { readonly host: string; readonly port: number; readonly listen: string }[]
  }
}

/** True if all is ready and every proxy has what it should have. */
export const isSynced = ({ ready, workloads }: MeshStatus): boolean => ready && workloads.every(({ proxy }) => proxy.synced)

/** What istiod's `/debug/syncz` says of each proxy: `errors` holds what it refused. */
export async function syncz({ istiod }: MeshStatus): Promise<readonly { readonly proxy: string; readonly errors: object }[]> {
  return (await (await fetch(`http://${istiod.admin}/debug/syncz`)).json()) as { proxy: string; errors: object }[]
}

/** The workload of that name. */
export function workload(status: MeshStatus, name: string): WorkloadStatus {
  const found = status.workloads.find((candidate) => candidate.name === name)
  if (!found) throw new Error(`no workload ${name} in ${status.name}`)
  return found
}

/** The loopback listener of a workload for a service port, `host:port`. */
export function outbound(status: MeshStatus, name: string, host: string, port: number): string {
  const found = workload(status, name).proxy.outbound.find((entry) => entry.host === host && entry.port === port)
  if (!found) throw new Error(`${name} has no listener for ${host}:${port}`)
  return found.listen
}
