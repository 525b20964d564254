/** Serves an {@link XdsServer} on a gRPC server. */
import { status, type Server, type ServerDuplexStream, type ServiceError } from '@grpc/grpc-js'
import type { XdsVariant } from '../server-session/state.ts'
import type { StreamStatus, StreamTransport, StreamTransportEvents } from '../stream/stream-transport.ts'
import type { XdsServer } from '../stream/server-seam.ts'
import { adsDefinition, sdsDefinition } from './ads-methods.ts'
import { peerOf } from './peer.ts'

type Call = ServerDuplexStream<Uint8Array, Uint8Array>

const statusCodes: Readonly<Record<StreamStatus, status>> = {
  'ok': status.OK,
  'invalid-argument': status.INVALID_ARGUMENT,
  'unauthenticated': status.UNAUTHENTICATED,
  'permission-denied': status.PERMISSION_DENIED,
  'resource-exhausted': status.RESOURCE_EXHAUSTED,
  'unavailable': status.UNAVAILABLE,
  'internal': status.INTERNAL,
}

/** Adds both variants of ADS to a gRPC server. `security` says what the server's port gives: grpc-js does not tell per call. */
export function addAdsService(server: Server, xds: XdsServer, security: 'tls' | 'plaintext'): void {
  const handle = (variant: XdsVariant) => (call: Call): void => xds.accept(callTransport(call), variant, peerOf(call, security))
  server.addService(adsDefinition, { StreamAggregatedResources: handle('sotw'), DeltaAggregatedResources: handle('delta') })
}

/** Adds both variants of SDS: what an agent serves to the Envoy beside it. */
export function addSdsService(server: Server, xds: XdsServer): void {
  const handle = (variant: XdsVariant) => (call: Call): void => xds.accept(callTransport(call), variant, peerOf(call, 'plaintext'))
  server.addService(sdsDefinition, { StreamSecrets: handle('sotw'), DeltaSecrets: handle('delta') })
}

/** A server call as a {@link StreamTransport}. */
function callTransport(call: Call): StreamTransport {
  let events: StreamTransportEvents | undefined
  let over = false
  const close = (detail: string): void => {
    if (over) return
    over = true
    events?.onClose(detail)
  }
  call.on('data', (bytes: Uint8Array) => events?.onMessage(bytes))
  call.on('drain', () => events?.onWritable())
  call.on('cancelled', () => close('cancelled by the client'))
  call.on('error', (error: Error) => close(error.message))
  call.on('end', () => {
    if (!over) call.end()
    close('ended by the client')
  })
  return {
    send: (bytes) => over || call.write(bytes),
    close(reason, detail = '') {
      if (over) return
      over = true
      if (reason === 'ok') call.end()
      else call.emit('error', { code: statusCodes[reason], details: detail } satisfies Pick<ServiceError, 'code' | 'details'>)
    },
    setEvents: (next) => void (events = next),
  }
}

