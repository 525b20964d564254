/** One endpoint at run time: its health, its load and its pools. */
import type { Address } from '../io/io-engine.ts'
import { formatAddress } from '../config/scalars.ts'
import type { PeerFacts } from '../stream/peer.ts'
import type { UpstreamHostInfo } from '../stream/stream-info.ts'
import type { CompiledCluster, CompiledEndpoint } from './compiled-cluster.ts'
import type { CompiledSocket } from './transport-socket.ts'
import type { HostPool } from './host-pool.ts'

/** Lives as long as its address is in the cluster; weight, health and metadata may be replaced. */
export class Host implements UpstreamHostInfo {
  readonly address: Address
  readonly label: string
  endpoint: CompiledEndpoint
  socket: CompiledSocket
  /** Locality of the endpoint as `region/zone/subzone`, for the admin page. */
  locality = ''
  priority = 0
  active = 0
  pools: HostPool[] = []
  /** True once the endpoint left the cluster: no new requests, connections close when idle. */
  removed = false
  ejectedUntil = 0
  ejections = 0
  consecutive5xx = 0
  consecutiveGateway = 0
  consecutiveLocal = 0
  readonly counts = { cxTotal: 0, cxActive: 0, cxConnectFail: 0, rqTotal: 0, rqSuccess: 0, rqError: 0, rqTimeout: 0 }

  constructor(address: Address, endpoint: CompiledEndpoint, cluster: CompiledCluster) {
    this.address = address
    this.label = formatAddress(address)
    this.endpoint = endpoint
    this.socket = chooseSocket(cluster, endpoint)
  }

  get weight(): number {
    return this.endpoint.weight
  }

  get peer(): PeerFacts | undefined {
    return this.endpoint.peer
  }

  get hostname(): string {
    return this.endpoint.hostname
  }

  get ejected(): boolean {
    return this.ejectedUntil !== 0
  }

  /** True if requests should go here by discovery's and outlier detection's word. */
  get healthy(): boolean {
    return !this.ejected && (this.endpoint.health === 'HEALTHY' || this.endpoint.health === 'DEGRADED')
  }
}

/** The first transport socket match whose labels the endpoint carries, else the cluster's. */
export function chooseSocket(cluster: CompiledCluster, endpoint: CompiledEndpoint): CompiledSocket {
  for (const match of cluster.sockets) {
    let matches = true
    for (const key of Object.keys(match.labels)) if (!Object.hasOwn(endpoint.socketLabels, key) || endpoint.socketLabels[key] !== match.labels[key]) matches = false
    if (matches) return match.socket
  }
  return cluster.socket
}
