/** Listener filters that look at the first bytes: TLS inspector and HTTP inspector. */
import { detectHttp } from '../codec/detect-http.ts'
import type { ByteStream } from '../io/io-engine.ts'
import { parseClientHello } from '../tls/client-hello.ts'
import type { Cancel, Clock } from '@istio-ts/foundation'

/** What was found. */
export interface Inspection {
  readonly transport: 'tls' | 'raw_buffer'
  readonly serverName: string
  readonly alpn: readonly string[]
}

/** Nothing was looked at, or nothing was found. */
export const PLAIN: Inspection = Object.freeze({ transport: 'raw_buffer', serverName: '', alpn: Object.freeze([]) })

/** Which inspectors run, and how long they may take. */
export interface InspectRule {
  readonly tls: boolean
  readonly http: boolean
  /** 0 = no limit. */
  readonly timeoutMs: number
  /** On timeout go on with what is known, instead of closing. */
  readonly continueOnTimeout: boolean
}

/** More than this is not waited for: a ClientHello or a request line is shorter. */
const MAX_BYTES = 64 * 1024

/** Looks at the stream's first bytes and gives them back; `done` gets undefined if the connection is gone or took too long. */
export function inspect(stream: ByteStream, rule: InspectRule, clock: Clock, done: (found: Inspection | undefined) => void): void {
  if (!rule.tls && !rule.http) return done(PLAIN)
  new Inspector(stream, rule, clock, done).start()
}

class Inspector {
  readonly #stream: ByteStream
  readonly #rule: InspectRule
  readonly #clock: Clock
  readonly #done: (found: Inspection | undefined) => void
  #seen = new Uint8Array(0)
  #need = 0
  #timer: Cancel | undefined
  #over = false

  constructor(stream: ByteStream, rule: InspectRule, clock: Clock, done: (found: Inspection | undefined) => void) {
    this.#stream = stream
    this.#rule = rule
    this.#clock = clock
    this.#done = done
  }

  start(): void {
    if (this.#rule.timeoutMs > 0) this.#timer = this.#clock.after(this.#rule.timeoutMs, () => this.#timedOut())
    this.#stream.setEvents({
      onData: (bytes, from, to) => this.#data(bytes, from, to),
      // A client that closes before it said anything meaningful gets what its bytes are worth.
      onEnd: () => (this.#seen.length > 0 ? this.#finish(PLAIN) : this.#lost()),
      onDrain: () => undefined,
      onClose: () => this.#lost(),
    })
  }

  #data(bytes: Uint8Array, from: number, to: number): void {
    const grown = new Uint8Array(this.#seen.length + to - from)
    grown.set(this.#seen)
    grown.set(bytes.subarray(from, to), this.#seen.length)
    this.#seen = grown
    if (grown.length < this.#need) return
    const found = this.#look()
    if (found) this.#finish(found)
    else if (grown.length > MAX_BYTES) this.#finish(PLAIN)
  }

  /** Undefined: more bytes are needed. */
  #look(): Inspection | undefined {
    if (this.#rule.tls) {
      const result = parseClientHello(this.#seen, 0, this.#seen.length)
      if (result.kind === 'incomplete') {
        this.#need = result.need
        // Fewer than a record header: it may still be HTTP.
        if (this.#seen[0] === 22) return undefined
      }
      if (result.kind === 'complete') return { transport: 'tls', serverName: result.hello.sni ?? '', alpn: result.hello.alpn }
      this.#need = 0
    }
    if (!this.#rule.http) return PLAIN
    const http = detectHttp(this.#seen)
    if (http === 'need-more') return undefined
    return http === 'not-http' ? PLAIN : { transport: 'raw_buffer', serverName: '', alpn: [http] }
  }

  #timedOut(): void {
    if (this.#over) return
    if (this.#rule.continueOnTimeout) return this.#finish(PLAIN)
    this.#stream.destroy()
    this.#lost()
  }

  #finish(found: Inspection): void {
    if (this.#over) return
    this.#over = true
    this.#timer?.()
    // Given back before the next owner takes over: TLS reads them from the stream itself. They are delivered in a later turn.
    if (this.#seen.length > 0) this.#stream.unread(this.#seen)
    this.#done(found)
  }

  #lost(): void {
    if (this.#over) return
    this.#over = true
    this.#timer?.()
    this.#done(undefined)
  }
}
