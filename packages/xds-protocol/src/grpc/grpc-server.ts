/** A gRPC port: plaintext on loopback, or TLS with client certificates when they are given. */
import { experimental, Server, ServerCredentials } from '@grpc/grpc-js'
import { cannotListen } from '../errors.ts'

/** Key material of a TLS port; may be replaced while the port is open, new connections use the new one. */
export interface ServingCertificate {
  /** Leaf first, then intermediates. */
  readonly certificateChainPem: string
  readonly privateKeyPem: string
  /** Roots for client certificates. */
  readonly rootsPem: string
}

/** Where to listen. Port 0 lets the system choose. */
export interface GrpcPortOptions {
  readonly host: string
  readonly port: number
  /** Absent = plaintext. */
  readonly certificate?: ServingCertificate
  /** Largest request; default 4 MiB, istiod's `ISTIO_GPRC_MAXRECVMSGSIZE`. */
  readonly maxRequestBytes?: number
  /** Ends connections after a time so that clients spread again; default: never (one istiod has nobody to share with). */
  readonly maxConnectionAgeMs?: number
}

/** An open port. */
export interface GrpcPort {
  readonly port: number
  /** Replaces key and roots for new connections. */
  setCertificate(certificate: ServingCertificate): void
  /** Closes the port and all connections. */
  close(): Promise<void>
}

/**
 * Opens a port after `addServices` has added what it serves.
 * @throws MeshError MESH0504 when the port cannot be bound.
 */
export async function openGrpcPort(options: GrpcPortOptions, addServices: (server: Server) => void): Promise<GrpcPort> {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes ?? 4 * 1024 * 1024,
    'grpc.max_send_message_length': -1,
    // istiod's keepalive: ping after 30 s of silence, give up after 10 s.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.keepalive_permit_without_calls': 1,
    // Channelz keeps an object per call (grpc-node#2068).
    'grpc.enable_channelz': 0,
    ...(options.maxConnectionAgeMs === undefined ? {} : { 'grpc.max_connection_age_ms': options.maxConnectionAgeMs }),
  })
  addServices(server)
  const store = options.certificate ? certificateStore(options.certificate) : undefined
  const credentials = store ? experimental.createCertificateProviderServerCredentials(store, store, false) : ServerCredentials.createInsecure()
  const port = await bind(server, `${options.host}:${options.port}`, credentials)
  return {
    port,
    setCertificate: (certificate) => store?.replace(certificate),
    close: () => new Promise((resolve) => {
      // tryShutdown alone waits for clients to hang up, and after forceShutdown its callback never comes: drain destroys what is left.
      server.drain(`${options.host}:${port}`, 0)
      server.tryShutdown(() => resolve())
    }),
  }
}

/**
 * Opens a unix socket, without TLS: who may reach it is a matter of the file's folder. The path may have 100 bytes at most.
 * @throws MeshError MESH0504 when it cannot be bound.
 */
export async function openGrpcSocket(path: string, addServices: (server: Server) => void): Promise<{ close(): void }> {
  const server = new Server({ 'grpc.enable_channelz': 0 })
  addServices(server)
  await bind(server, `unix:${path}`, ServerCredentials.createInsecure())
  return { close: () => server.forceShutdown() }
}

const bind = (server: Server, address: string, credentials: ServerCredentials): Promise<number> => new Promise((resolve, reject) => {
  server.bindAsync(address, credentials, (error, port) => (error ? reject(cannotListen(address, error)) : resolve(port)))
})

type CaListener = (update: { readonly caCertificate: Buffer } | null) => void
type IdentityListener = (update: { readonly certificate: Buffer; readonly privateKey: Buffer } | null) => void

/**
 * Both certificate providers of grpc-js in one; they answer a moment later, because grpc-js starts to watch only after it has asked.
 * Client certificates are asked for, and required by whoever needs them.
 */
function certificateStore(first: ServingCertificate) {
  let current = first
  const caListeners = new Set<CaListener>()
  const identityListeners = new Set<IdentityListener>()
  const ca = () => ({ caCertificate: Buffer.from(current.rootsPem) })
  const identity = () => ({ certificate: Buffer.from(current.certificateChainPem), privateKey: Buffer.from(current.privateKeyPem) })
  return {
    addCaCertificateListener(listener: CaListener) {
      caListeners.add(listener)
      queueMicrotask(() => listener(ca()))
    },
    removeCaCertificateListener: (listener: CaListener) => void caListeners.delete(listener),
    addIdentityCertificateListener(listener: IdentityListener) {
      identityListeners.add(listener)
      queueMicrotask(() => listener(identity()))
    },
    removeIdentityCertificateListener: (listener: IdentityListener) => void identityListeners.delete(listener),
    replace(next: ServingCertificate) {
      current = next
      for (const listener of caListeners) listener(ca())
      for (const listener of identityListeners) listener(identity())
    },
  }
}
