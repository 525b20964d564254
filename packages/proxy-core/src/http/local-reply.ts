/** Answers the proxy gives itself: text for people, a gRPC status for gRPC clients. @see envoy Utility::sendLocalReply */
import { plainResponseHead } from '../codec/head/plain-heads.ts'
import type { RequestHead, ResponseHead } from '../codec/codec.ts'
import { isGrpc } from '../router/match-route.ts'

/** A head and body ready to be sent; `body` is empty for none. */
export interface LocalReply {
  readonly head: ResponseHead
  readonly body: Uint8Array
}

/** Makes the answer to a request. Extra fields come after the standard ones; `grpcStatus` is for clients of gRPC, by default what the HTTP status maps to. */
export function localReply(request: RequestHead | undefined, status: number, text: string, fields: readonly (readonly [string, string])[] = [], grpcStatus = grpcStatusOf(status)): LocalReply {
  if (request && isGrpc(request)) {
    const all: (readonly [string, string])[] = [['content-type', 'application/grpc'], ['grpc-status', String(grpcStatus)]]
    if (text !== '') all.push(['grpc-message', percentEncode(text)])
    return { head: plainResponseHead(200, [...all, ...fields]), body: EMPTY }
  }
  const body = text === '' || request?.method === 'HEAD' ? EMPTY : ENCODER.encode(text)
  // Without a body the codec says so where it must be said (HTTP/1).
  const length: readonly (readonly [string, string])[] = text === '' ? [] : [['content-length', String(ENCODER.encode(text).length)], ['content-type', 'text/plain']]
  return { head: plainResponseHead(status, [...(status === 204 || status === 304 ? [] : length), ...fields]), body }
}

/** The gRPC status of an HTTP status. @see https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
export function grpcStatusOf(status: number): number {
  switch (status) {
    case 400: return 13
    case 401: return 16
    case 403: return 7
    case 404: return 12
    case 429:
    case 502:
    case 503:
    case 504: return 14
    default: return status >= 200 && status < 300 ? 0 : 2
  }
}

const EMPTY = new Uint8Array()
const ENCODER = new TextEncoder()

const percentEncode = (text: string): string => text.replace(/[^ -$&-~]/g, (found) => [...ENCODER.encode(found)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''))
