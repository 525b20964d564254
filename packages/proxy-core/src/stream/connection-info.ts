/** What is known of one downstream connection. */
import type { Address, TlsFacts } from '../io/io-engine.ts'
import { formatAddress } from '../config/scalars.ts'
import type { PeerFacts } from './peer.ts'
import type { StreamInfo } from './stream-info.ts'

/** Made once per connection and shared by its requests. */
export class ConnectionInfo {
  readonly id: number
  readonly listener: string
  /** `INBOUND`, `OUTBOUND` or unspecified, as the listener says. */
  readonly direction: 'INBOUND' | 'OUTBOUND' | 'UNSPECIFIED'
  readonly localAddress: Address
  readonly remoteAddress: Address
  readonly startMs: number
  tls: TlsFacts | undefined
  /** SNI of the ClientHello, also where the TLS is passed through. */
  requestedServerName = ''
  /** The host that the connection asks for by itself (SNI), for clusters that list none. */
  dynamicTarget: { readonly host: string; readonly port: number } | undefined
  filterChain = ''
  terminationDetails = ''
  transportFailure = ''
  /** What peer metadata told about the client; per connection for TCP, per request for HTTP. */
  peer: PeerFacts | undefined
  /** Set by the metrics filter: called when a proxied TCP connection begins and ends. */
  onTcpOpen: ((info: StreamInfo) => void) | undefined
  onTcpClose: ((info: StreamInfo) => void) | undefined
  #local: string | undefined
  #remote: string | undefined
  #gone: (() => void)[] | undefined

  constructor(id: number, listener: string, direction: ConnectionInfo['direction'], localAddress: Address, remoteAddress: Address, startMs: number) {
    this.id = id
    this.listener = listener
    this.direction = direction
    this.localAddress = localAddress
    this.remoteAddress = remoteAddress
    this.startMs = startMs
  }

  /** Runs an action when the connection is over. */
  onGone(action: () => void): void {
    ;(this.#gone ??= []).push(action)
  }

  /** Called once by the listener. */
  gone(): void {
    for (const action of this.#gone ?? []) action()
    this.#gone = undefined
  }

  get local(): string {
    return (this.#local ??= formatAddress(this.localAddress))
  }

  get remote(): string {
    return (this.#remote ??= formatAddress(this.remoteAddress))
  }

  get localPort(): number {
    return this.localAddress.kind === 'ip' ? this.localAddress.port : 0
  }

  /** The SPIFFE id (or first URI SAN) of the verified client certificate; empty without one. */
  get principal(): string {
    return this.tls?.peerUris[0] ?? ''
  }
}
