/** What an xDS server is made of and offers: clients, feeds, limits, states of connections. */
import type { Cancel, Clock, Diagnostic } from '@istio-ts/foundation'
import type { Telemetry } from '@istio-ts/telemetry'
import type { XdsNode } from '../node/parse-node.ts'
import type { XdsVariant } from '../server-session/state.ts'
import type { Snapshot, SnapshotResource } from '../snapshot/snapshot.ts'
import type { StreamPeer, StreamStatus, StreamTransport } from './stream-transport.ts'

/** A client that has introduced itself. */
export interface XdsClient {
  /** Unique among the connections of this server: `<node id>-<number>`, as Istio's connection ids. */
  readonly connectionId: string
  readonly node: XdsNode
  readonly peer: StreamPeer
}

/** The configuration of one client over time. */
export interface Feed {
  current(): Snapshot
  /** Calls back whenever `current()` has changed. */
  onChange(listener: () => void): Cancel
  /** Told of the names that the client asks for, before it is answered: for feeds that get resources when they are wanted. */
  asked?(typeUrl: string, names: readonly string[]): void
  /** Resources of types that are no configuration (`istio.io/debug`): answered when asked, never pushed. */
  onDemand?(typeUrl: string, names: readonly string[]): readonly SnapshotResource[] | undefined
}

/** Why a client gets nothing. */
export interface Refusal {
  readonly refused: Extract<StreamStatus, 'unauthenticated' | 'permission-denied' | 'invalid-argument' | 'unavailable' | 'internal'>
  /** Sent to the client; must not tell more than it may know. */
  readonly detail: string
}

/** Decides who may ask and what they get; called once per stream, with its first request. */
export type FeedSource = (client: XdsClient) => Feed | Refusal | Promise<Feed | Refusal>

/** Limits on what a client may cost. */
export interface XdsServerOptions {
  /** How long listeners wait for endpoints of new clusters that a client does not ask for. Default 200 ms: a round trip, generously. */
  readonly graceMs: number
  /** Names a client may subscribe per type. Default 200,000: twice the largest mesh known. */
  readonly maxNames: number
  /** Types a client may ask. Default 64. */
  readonly maxTypes: number
  /** What clients see as `control_plane.identifier`. */
  readonly controlPlane: string
}

/** What a server needs. */
export interface XdsServerDeps {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly feeds: FeedSource
  /**
   * Told of what proxies refuse: one finding per type and user's resource, however many proxies say so; told again when other proxies say
   * so, and with an empty list when nobody does any more. `subject` is that resource, or the xDS resource where no user's is known.
   */
  readonly onDiagnostics?: (subject: string, typeUrl: string, diagnostics: readonly Diagnostic[]) => void
}

/** State of one type of a connection, as `proxy-status` shows it. */
export interface ConnectionType {
  readonly typeUrl: string
  readonly sentNonce: string
  readonly ackedNonce: string
  readonly error?: string
  readonly subscribed: 'all' | readonly string[]
}

/** A connection as debug endpoints show it. */
export interface ConnectionInfo {
  readonly client: XdsClient
  readonly variant: XdsVariant
  /** Wall clock, milliseconds. */
  readonly connectedAt: number
  readonly types: readonly ConnectionType[]
  readonly snapshot: Snapshot
}

/** A running server; streams come from a shell (`./grpc`) or from tests. */
export interface XdsServer {
  accept(transport: StreamTransport, variant: XdsVariant, peer: StreamPeer): void
  connections(): readonly ConnectionInfo[]
  /** Ends all streams with `unavailable`, so that clients go elsewhere or come back. */
  close(): void
}
