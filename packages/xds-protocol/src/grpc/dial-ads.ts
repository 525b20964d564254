/** Opens ADS streams by gRPC. */
import { Client, credentials, Metadata, type ChannelCredentials, type ClientDuplexStream } from '@grpc/grpc-js'
import type { XdsVariant } from '../server-session/state.ts'
import type { StreamTransport, StreamTransportEvents } from '../stream/stream-transport.ts'
import { adsDefinition } from './ads-methods.ts'

/** Key material of a client. */
export interface ClientTls {
  readonly rootsPem: string
  /** Present for mTLS. */
  readonly certificateChainPem?: string
  readonly privateKeyPem?: string
  /** Name to expect in the server's certificate, when it is not the address (`istiod.istio-system.svc` on loopback). */
  readonly serverName?: string
}

/** Where and as whom to dial. */
export interface DialOptions {
  /** `host:port`. */
  readonly address: string
  /** Absent = plaintext. Asked for each attempt. */
  readonly tls?: () => ClientTls
  /** Token for `authorization: Bearer`; asked for each attempt. */
  readonly bearer?: () => string | undefined
}

/** gRPC credentials of a client. */
export function channelCredentials(tls: ClientTls | undefined): ChannelCredentials {
  if (!tls) return credentials.createInsecure()
  const buffer = (pem: string | undefined): Buffer | null => (pem === undefined ? null : Buffer.from(pem))
  return credentials.createSsl(Buffer.from(tls.rootsPem), buffer(tls.privateKeyPem), buffer(tls.certificateChainPem))
}

/** Channel settings every client of ours has; each with its reason. */
export const channelOptions = (tls: ClientTls | undefined): Readonly<Record<string, string | number>> => ({
  'grpc.enable_channelz': 0,
  // The retry buffer keeps every message of a stream (grpc-node#2371); reconnecting is the session's business.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // A mesh's own traffic never goes through a proxy named in the environment.
  'grpc.enable_http_proxy': 0,
  // One channel per attempt: a shared subchannel pool would bring back a dead connection's backoff.
  'grpc.use_local_subchannel_pool': 1,
  // A snapshot of a large mesh is larger than gRPC's 4 MiB.
  'grpc.max_receive_message_length': -1,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  ...(tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName, 'grpc.default_authority': tls.serverName }),
})

/** Opens one stream; everything that goes wrong arrives as `onClose`. */
export function dialAds(options: DialOptions, variant: XdsVariant): StreamTransport {
  const tls = options.tls?.()
  const client = new Client(options.address, channelCredentials(tls), channelOptions(tls))
  const metadata = new Metadata()
  const bearer = options.bearer?.()
  if (bearer !== undefined) metadata.set('authorization', `Bearer ${bearer}`)
  const { path, requestSerialize, responseDeserialize } = variant === 'delta' ? adsDefinition.DeltaAggregatedResources : adsDefinition.StreamAggregatedResources
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata)
  return streamOf(client, call)
}

function streamOf(client: Client, call: ClientDuplexStream<Uint8Array, Uint8Array>): StreamTransport {
  let events: StreamTransportEvents | undefined
  let over = false
  const finish = (detail: string): void => {
    if (over) return
    over = true
    client.close()
    events?.onClose(detail)
  }
  call.on('data', (bytes: Uint8Array) => {
    if (!over) events?.onMessage(bytes)
  })
  call.on('drain', () => events?.onWritable())
  call.on('error', (error: Error) => finish(error.message))
  call.on('status', (status: { readonly code: number; readonly details: string }) => finish(`status ${status.code} ${status.details}`))
  return {
    send: (bytes) => over || call.write(bytes),
    close() {
      if (over) return
      over = true
      call.cancel()
      client.close()
    },
    setEvents: (next) => void (events = next),
  }
}
