/** What the servers of a process share: what they are asked, and what they are told to answer. */
import type { ByteStream } from '@istio-ts/proxy-core'

/** A request as the process saw it, after all that proxies did to it. */
export interface SeenRequest {
  readonly program: string
  readonly protocol: 'HTTP/1.1' | 'HTTP/2'
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Server name that a TLS client asked for; '' without TLS. */
  readonly serverName: string
  /** DNS name in the certificate that a TLS client showed; '' without one. */
  readonly certificate: string
}

/** What a process is told to answer: an HTTP status (0: nothing at all) or, for gRPC, a gRPC status. */
export type PlannedAnswer = { readonly status: number } | { readonly grpcStatus: number }

/** What the servers of all protocols need to know of the process. */
export interface Answering {
  readonly name: string
  next(): PlannedAnswer | undefined
  saw(request: Omit<SeenRequest, 'program' | 'serverName' | 'certificate'>, stream: ByteStream): void
}

/** Header by which the answer says who gave it. */
export const ANSWERED_BY = 'x-answered-by'
