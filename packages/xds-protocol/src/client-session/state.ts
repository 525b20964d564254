/** What an xDS client remembers: its subscriptions and what it accepted. Survives reconnects. */
import type { XdsVariant } from '../server-session/state.ts'
import type { Subscription } from '../subscription/subscription.ts'

/** A response handed to the owner and not yet judged. */
export interface Delivery {
  readonly nonce: string
  /** Version of the whole response (state of the world). */
  readonly version: string
  readonly versions: ReadonlyMap<string, string>
  readonly removed: readonly string[]
}

/** One type of a client. */
export interface ClientType {
  readonly typeUrl: string
  readonly subscription: Subscription
  /** Accepted resources: name -> version (`''` where the variant has none). Sent after a reconnect, so that nothing comes twice. */
  readonly held: ReadonlyMap<string, string>
  /** Version of the last accepted response (state of the world). */
  readonly version: string
  /** Nonce of the newest response on this stream. */
  readonly nonce: string
  readonly deliveries: readonly Delivery[]
  /** Whether this stream has been told of the type. */
  readonly announced: boolean
}

/** State of a client. */
export interface ClientState {
  readonly variant: XdsVariant
  readonly connected: boolean
  /** Whether the node has been sent on this stream; once per stream is enough. */
  readonly introduced: boolean
  /** Encoded `envoy.config.core.v3.Node`. */
  readonly node: Uint8Array
  /** In order of first subscription, which is the order of requests after a reconnect. */
  readonly types: ReadonlyMap<string, ClientType>
}

/** A client that has asked for nothing yet. */
export const initialClientState = (variant: XdsVariant, node: Uint8Array): ClientState => ({ variant, connected: false, introduced: false, node, types: new Map() })
