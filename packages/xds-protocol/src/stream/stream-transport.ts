/** What a session needs of its carrier: a bidirectional stream of messages as bytes. @grpc/grpc-js is the first; tests use memory. */

/** Why a stream ends, in gRPC's words. */
export type StreamStatus = 'ok' | 'invalid-argument' | 'unauthenticated' | 'permission-denied' | 'resource-exhausted' | 'unavailable' | 'internal'

/** What a stream tells its owner; after `onClose` nothing more is called. */
export interface StreamTransportEvents {
  onMessage(bytes: Uint8Array): void
  /** The backlog is gone after `send` returned false. */
  onWritable(): void
  onClose(detail: string): void
}

/** One open stream. */
export interface StreamTransport {
  /** Sends one message, whose bytes are not touched afterwards. False = there is a backlog: wait for `onWritable`. */
  send(bytes: Uint8Array): boolean
  close(status: StreamStatus, detail?: string): void
  setEvents(events: StreamTransportEvents): void
}

/** What is known of the peer before it says anything. */
export interface StreamPeer {
  readonly address: string
  /** `mtls`: the certificate below was verified against our roots. `tls`: encrypted, no client certificate. */
  readonly security: 'mtls' | 'tls' | 'plaintext'
  /** URI names of the verified client certificate. */
  readonly uris: readonly string[]
  /** Value of the `authorization` header without `Bearer `. */
  readonly bearer?: string
}
