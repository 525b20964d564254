/** Reads request and response heads from a byte stream in any segmentation: first line, fields, and the rules that join them. */
import { TOKEN, VALUE } from '../bytes/byte-classes.ts'
import { latin1, latin1Bytes } from '../bytes/latin1.ts'
import { HeadCollector } from './head-collector.ts'
import { HeadFacts } from './head-scanner.ts'
import { PROBLEMS, type Http1Problem } from './problems.ts'
import { RawRequestHead } from './raw-request-head.ts'
import { RawResponseHead } from './raw-response-head.ts'
import { isHostPort, RequestTarget } from './request-target.ts'

const CR = 13
const LF = 10
const SPACE = 32
const VERSION = latin1Bytes('HTTP/')
const COMMON_METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'CONNECT']

/** The others that Envoy knows (its `kValidMethods`); an unlisted one is refused on HTTP/1, as it does. */
const RARE_METHODS: ReadonlySet<string> = new Set([
  'ACL', 'BIND', 'CHECKOUT', 'COPY', 'LINK', 'LOCK', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE', 'MSEARCH', 'NOTIFY', 'PROPFIND', 'PROPPATCH', 'PURGE', 'QUERY', 'REBIND', 'REPORT', 'SEARCH', 'SOURCE',
  'SUBSCRIBE', 'TRACE', 'UNBIND', 'UNLINK', 'UNLOCK', 'UNSUBSCRIBE',
])

/** Limits of a head. */
export interface HeadLimits {
  readonly maxHeadBytes: number
  readonly maxHeaders: number
}

/** What both kinds of head share: collecting pieces, then one scan. `read` returns the head when it is whole. */
abstract class HeadReader<Head> {
  readonly facts = new HeadFacts()
  /** Set when the head is refused; the connection is of no use after that. */
  problem: Http1Problem | undefined
  /** Position after what `read` used up. */
  position = 0
  minor = 1
  private readonly limits: HeadLimits
  private readonly collector = new HeadCollector()
  private skippedLine = false

  constructor(limits: HeadLimits) {
    this.limits = limits
  }

  /** True while a part of a head has arrived. */
  get started(): boolean {
    return this.collector.active
  }

  /** Reads from `bytes[from, to)`; undefined if more bytes are needed or `problem` is set. */
  read(bytes: Uint8Array, from: number, to: number): Head | undefined {
    let at = from
    if (!this.collector.active) {
      at = this.skipEmptyLine(bytes, from, to)
      // Half of an empty line is neither a head nor a fault.
      if (at + 1 === to && bytes[at] === CR && !this.skippedLine) return this.collect(bytes, at, to)
      const head = this.scan(bytes, at, to)
      if (head !== undefined) {
        this.position = this.facts.end
        this.skippedLine = false
        if (this.facts.end - at > this.limits.maxHeadBytes) this.problem = PROBLEMS.headTooLarge
        return this.problem ? undefined : head
      }
      if (this.problem) return undefined
    }
    return this.collect(bytes, at, to)
  }

  private collect(bytes: Uint8Array, from: number, to: number): Head | undefined {
    const { collector } = this
    this.position = collector.take(bytes, from, to, this.limits.maxHeadBytes)
    this.problem ??= collector.problem
    if (this.problem || !collector.complete) return undefined
    if (collector.length === 2) return this.collectedEmptyLine(bytes, to)
    // The collected bytes become the head's own; the next partial head gets a new buffer.
    const { bytes: whole, length } = collector
    collector.reset()
    collector.bytes = new Uint8Array(0)
    this.skippedLine = false
    const head = this.scan(whole, 0, length)
    if (head === undefined) this.problem ??= PROBLEMS.invalidCharacters
    return this.problem ? undefined : head
  }

  /** RFC 9112 2.2: one empty line before a request is ignored (old clients end a body with it); more would be a free ride. */
  private skipEmptyLine(bytes: Uint8Array, from: number, to: number): number {
    if (this.skippedLine || from + 1 >= to || bytes[from] !== CR || bytes[from + 1] !== LF) return from
    this.skippedLine = true
    return from + 2
  }

  private collectedEmptyLine(bytes: Uint8Array, to: number): Head | undefined {
    this.collector.reset()
    if (this.skippedLine) this.problem = PROBLEMS.requestLine
    if (this.problem) return undefined
    this.skippedLine = true
    return this.position < to ? this.read(bytes, this.position, to) : undefined
  }

  private scan(bytes: Uint8Array, from: number, to: number): Head | undefined {
    this.facts.reset()
    const fields = this.scanFirstLine(bytes, from, to)
    if (fields < 0) return undefined
    if (this.facts.scanFields(bytes, fields, to, this.limits.maxHeaders)) return this.makeHead(bytes, from, fields)
    this.problem = this.facts.problem
    return undefined
  }

  /** Returns where the fields start, or -1 (more bytes needed, or `problem`). */
  protected abstract scanFirstLine(bytes: Uint8Array, from: number, to: number): number

  /** Joins the facts; undefined with `problem` if they contradict each other. */
  protected abstract makeHead(bytes: Uint8Array, from: number, fields: number): Head | undefined

  protected refuse(problem: Http1Problem): -1 {
    this.problem = problem
    return -1
  }

  /** `HTTP/1.x` at `at`: sets `minor`; false if refused. */
  protected readVersion(bytes: Uint8Array, at: number, problem: Http1Problem): boolean {
    for (let i = 0; i < VERSION.length; i++) if (bytes[at + i] !== VERSION[i]) return this.refuse(problem) > 0
    const major = bytes[at + 5] ?? 0
    const minor = bytes[at + 7] ?? 0
    if (bytes[at + 6] !== 0x2e || major < 0x30 || major > 0x39 || minor < 0x30 || minor > 0x39) return this.refuse(problem) > 0
    if (major !== 0x31 || minor > 0x31) return this.refuse(PROBLEMS.lowVersion) > 0
    this.minor = minor - 0x30
    return true
  }

  /** RFC 9112 6.1 and 6.3: one statement about the body's length, and a coding that we know. */
  protected framingProblem(): Http1Problem | undefined {
    const { facts } = this
    if (facts.transferEncodings === 0) return undefined
    if (facts.contentLength >= 0) return PROBLEMS.contentLengthAndChunked
    if (facts.transferEncodings > 1 || this.minor === 0) return PROBLEMS.transferEncoding
    return facts.chunked ? undefined : PROBLEMS.transferEncoding
  }
}

/** Reads requests. */
export class RequestHeadReader extends HeadReader<RawRequestHead> {
  private readonly target = new RequestTarget()
  private readonly acceptHttp10: boolean
  private method = ''

  constructor(limits: HeadLimits, acceptHttp10: boolean) {
    super(limits)
    this.acceptHttp10 = acceptHttp10
  }

  protected scanFirstLine(bytes: Uint8Array, from: number, to: number): number {
    let i = from
    while (i < to && TOKEN[bytes[i] ?? 0] === 1) i++
    if (i >= to) return -1
    if (bytes[i] !== SPACE || i === from) return this.refuse(PROBLEMS.requestLine)
    const methodTo = i
    const targetFrom = ++i
    while (i < to && (bytes[i] ?? 0) > SPACE) i++
    if (i >= to) return -1
    // A line that ends after the target is HTTP/0.9.
    if (bytes[i] === CR && i > targetFrom) return this.refuse(PROBLEMS.lowVersion)
    if (bytes[i] !== SPACE || i === targetFrom) return this.refuse(bytes[i] === SPACE ? PROBLEMS.requestLine : PROBLEMS.target)
    if (i + 11 > to) return -1
    if (!this.readVersion(bytes, i + 1, PROBLEMS.requestLine)) return -1
    if (bytes[i + 9] !== CR || bytes[i + 10] !== LF) return this.refuse(PROBLEMS.requestLine)
    this.method = methodName(bytes, from, methodTo)
    if (this.method === '') return this.refuse(PROBLEMS.method)
    if (!this.target.read(bytes, targetFrom, i, this.method)) return this.refuse(PROBLEMS.target)
    return i + 11
  }

  protected makeHead(bytes: Uint8Array, from: number, fields: number): RawRequestHead | undefined {
    this.problem = this.minor === 0 && !this.acceptHttp10 ? PROBLEMS.lowVersion : (this.framingProblem() ?? this.hostProblem(bytes))
    return this.problem ? undefined : new RawRequestHead(bytes, from, fields, this.method, this.target, this.facts, this.minor)
  }

  private hostProblem(bytes: Uint8Array): Http1Problem | undefined {
    const { facts } = this
    if (facts.hosts === 0) return undefined
    return facts.hosts === 1 && isHostPort(bytes, facts.hostFrom, facts.hostTo, false) ? undefined : PROBLEMS.host
  }
}

/** Reads responses. */
export class ResponseHeadReader extends HeadReader<RawResponseHead> {
  private status = 0

  protected scanFirstLine(bytes: Uint8Array, from: number, to: number): number {
    // A server that does not speak HTTP is refused at its first wrong byte, not when 13 bytes have come.
    for (let i = 0; i < VERSION.length && from + i < to; i++) if (bytes[from + i] !== VERSION[i]) return this.refuse(PROBLEMS.statusLine)
    if (from + 13 > to) return -1
    if (!this.readVersion(bytes, from, PROBLEMS.statusLine)) return -1
    this.status = threeDigits(bytes, from + 9)
    if (bytes[from + 8] !== SPACE || this.status < 100) return this.refuse(PROBLEMS.statusLine)
    let i = from + 12
    // RFC 9112 4 wants a space before an empty reason too; servers that leave it out are understood by everybody.
    if (bytes[i] !== SPACE && bytes[i] !== CR) return this.refuse(PROBLEMS.statusLine)
    while (i < to && VALUE[bytes[i] ?? 0] === 1) i++
    if (i + 1 >= to) return i < to && bytes[i] !== CR ? this.refuse(PROBLEMS.statusLine) : -1
    if (bytes[i] !== CR || bytes[i + 1] !== LF) return this.refuse(PROBLEMS.statusLine)
    return i + 2
  }

  protected makeHead(bytes: Uint8Array, from: number, fields: number): RawResponseHead | undefined {
    this.problem = this.framingProblem() ?? (this.status === 204 && (this.facts.contentLength > 0 || this.facts.chunked) ? PROBLEMS.bodyWithout : undefined)
    return this.problem ? undefined : new RawResponseHead(bytes, from, fields, this.status, this.facts, this.minor)
  }
}

/** Without allocation for the usual methods; '' for one that nobody knows. */
function methodName(bytes: Uint8Array, from: number, to: number): string {
  for (const name of COMMON_METHODS) {
    if (name.length !== to - from) continue
    let i = 0
    while (i < name.length && bytes[from + i] === name.charCodeAt(i)) i++
    if (i === name.length) return name
  }
  const name = latin1(bytes, from, to)
  return RARE_METHODS.has(name) ? name : ''
}

function threeDigits(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let i = at; i < at + 3; i++) {
    const digit = (bytes[i] ?? 0) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
