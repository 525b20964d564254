/** Request mirroring: a copy of the request is sent elsewhere and its answer is thrown away. */
import { plainRequestHead } from '../codec/head/plain-heads.ts'
import type { HeaderFields, RequestHead } from '../codec/codec.ts'
import type { Mirror as MirrorTarget } from '../router/route-table.ts'
import type { Host } from '../upstream/host.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { Attempt, type AttemptOwner } from './attempt.ts'
import { BodyBuffer } from './body-buffer.ts'
import type { Exchange } from './exchange.ts'
import { tlsVariant, upstreamProtocol } from './upstream-connection.ts'

/** Takes the body as it passes. */
export interface MirrorBody {
  data(bytes: Uint8Array, from: number, to: number, end: boolean): void
}

/** Starts the mirrors of a route, each with its share of the requests; one whose cluster has no host is left out. */
export function startMirrors(exchange: Exchange, mirrors: readonly MirrorTarget[]): readonly MirrorBody[] {
  const { runtime } = exchange
  return mirrors.flatMap(({ cluster, fraction, appendSuffix }) => {
    if (fraction < 1 && runtime.random() >= fraction) return []
    const upstream = runtime.upstream(cluster)
    const host = upstream?.choose(undefined)
    return upstream && host ? [startMirror(exchange, upstream, host, appendSuffix)] : []
  })
}

/** The authority gets `-shadow` appended unless told otherwise. */
function startMirror(exchange: Exchange, upstream: Upstream, host: Host, appendSuffix: boolean): MirrorBody {
  const { head } = exchange
  const protocol = upstreamProtocol(upstream, head)
  const mirror = new Mirror(copyHead(head, appendSuffix), exchange.earlyBody)
  const attempt = new Attempt(mirror, upstream, host, upstream.pool(host, protocol, tlsVariant(upstream, head.authority, protocol, exchange.alpnOverride?.(protocol, upstream), undefined)))
  mirror.attempt = attempt
  attempt.start()
  return mirror
}

class Mirror implements AttemptOwner, MirrorBody {
  attempt: Attempt | undefined
  readonly #head: RequestHead
  readonly #body = new BodyBuffer()
  #ready = false

  constructor(head: RequestHead, early: BodyBuffer) {
    this.#head = head
    for (const chunk of early.chunks) this.#body.append(chunk, 0, chunk.length)
    this.#body.ended = early.ended
  }

  data(bytes: Uint8Array, from: number, to: number, end: boolean): void {
    if (this.#ready && this.attempt && !this.attempt.finished) {
      this.attempt.stream?.sendData(bytes, from, to, end, false)
      return
    }
    // A mirror that is slower than the request's own host loses what does not fit; it must never slow the request.
    if (!this.#body.append(bytes, from, to)) this.attempt?.cancel()
    if (end) this.#body.ended = true
  }

  onAttemptReady(attempt: Attempt): void {
    this.#ready = true
    const { chunks, ended } = this.#body
    attempt.sendHead(this.#head, ended && chunks.length === 0)
    for (const [i, chunk] of chunks.entries()) if (!attempt.finished) attempt.stream?.sendData(chunk, 0, chunk.length, ended && i === chunks.length - 1, true)
    this.#body.drop()
  }

  onUpstreamInformational(): void {}
  onUpstreamHead(): void {}
  onUpstreamData(): void {}
  onUpstreamTrailers(_attempt: Attempt, _trailers: HeaderFields): void {}
  onUpstreamDrain(): void {}
  onAttemptFailed(): void {}
}

function copyHead(head: RequestHead, appendSuffix: boolean): RequestHead {
  const fields: (readonly [string, string])[] = []
  head.forEach((name, value) => {
    if (name !== 'host') fields.push([name, value])
  })
  const authority = appendSuffix ? head.authority.replace(/(:\d+)?$/, '-shadow$1') : head.authority
  return plainRequestHead({ method: head.method, path: head.path, authority, scheme: head.scheme, fields })
}
