/** One pass over the bytes of a head: offsets and framing facts, no strings, no objects (RFC 9112 2.2, 5, 6). */
import { TOKEN, VALUE } from '../bytes/byte-classes.ts'
import { latin1Bytes } from '../bytes/latin1.ts'
import { contentLengthOf } from '../head/content-length.ts'
import { DROPPED, FieldTable, HOST, MARK, NAME_LENGTH, SHOWN, STRIDE } from './field-table.ts'
import { PROBLEMS, type Http1Problem } from './problems.ts'

const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9
const COLON = 58

const NAMES = {
  te: latin1Bytes('te'),
  host: latin1Bytes('host'),
  upgrade: latin1Bytes('upgrade'),
  connection: latin1Bytes('connection'),
  keepAlive: latin1Bytes('keep-alive'),
  contentLength: latin1Bytes('content-length'),
  http2Settings: latin1Bytes('http2-settings'),
  proxyConnection: latin1Bytes('proxy-connection'),
  transferEncoding: latin1Bytes('transfer-encoding'),
  close: latin1Bytes('close'),
  chunked: latin1Bytes('chunked'),
  trailers: latin1Bytes('trailers'),
}

/** Fields that are end-to-end whatever `Connection` says: dropping them would change who is asked, by whom, or how long the body is. */
const PROTECTED = ['host', 'content-length', 'transfer-encoding', 'authorization', 'cookie', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-client-cert', 'forwarded'].map(latin1Bytes)

/** What the scan of the field lines found. One per reader, reset for each head. */
export class HeadFacts {
  readonly table = new FieldTable()
  /** After the empty line. */
  end = 0
  /** -1 without the field. */
  contentLength = -1
  transferEncodings = 0
  chunked = false
  /** `TE` names `trailers` among codings that are not for the next hop. */
  trailersWanted = false
  close = false
  keepAlive = false
  /** `Connection` names `upgrade`. */
  connectionUpgrade = false
  upgradeFrom = -1
  upgradeTo = -1
  hosts = 0
  hostFrom = 0
  hostTo = 0
  problem: Http1Problem | undefined
  /** Other names listed in `Connection`, as offsets. */
  private readonly listed: number[] = []

  reset(): void {
    this.table.count = 0
    this.contentLength = -1
    this.transferEncodings = 0
    this.chunked = this.trailersWanted = this.close = this.keepAlive = this.connectionUpgrade = false
    this.upgradeFrom = this.upgradeTo = -1
    this.hosts = this.hostFrom = this.hostTo = 0
    this.problem = undefined
    if (this.listed.length > 0) this.listed.length = 0
  }

  /** Scans field lines from `at`. True when the empty line was reached; false with `problem` unset means more bytes are needed. */
  scanFields(bytes: Uint8Array, at: number, to: number, maxHeaders: number): boolean {
    let i = at
    for (;;) {
      if (i >= to) return false
      if (bytes[i] === CR) return this.scanEnd(bytes, i, to)
      const line = i
      while (i < to && TOKEN[bytes[i] ?? 0] === 1) i++
      if (i >= to) return false
      if (bytes[i] !== COLON || i === line) return this.refuseName(bytes, line, i)
      const nameLength = i - line
      i++
      while (i < to && (bytes[i] === SPACE || bytes[i] === TAB)) i++
      const valueStart = i
      while (i < to && VALUE[bytes[i] ?? 0] === 1) i++
      if (i + 1 >= to) return i < to && bytes[i] !== CR ? this.refuse(PROBLEMS.invalidCharacters) : false
      if (bytes[i] !== CR || bytes[i + 1] !== LF) return this.refuse(PROBLEMS.invalidCharacters)
      let valueEnd = i
      while (valueEnd > valueStart && (bytes[valueEnd - 1] === SPACE || bytes[valueEnd - 1] === TAB)) valueEnd--
      i += 2
      if (this.table.count >= maxHeaders) return this.refuse(PROBLEMS.tooManyHeaders)
      this.table.add(line, nameLength, valueStart, valueEnd, this.noteField(bytes, line, nameLength, valueStart, valueEnd))
      if (this.problem) return false
    }
  }

  private scanEnd(bytes: Uint8Array, at: number, to: number): boolean {
    if (at + 1 >= to) return false
    if (bytes[at + 1] !== LF) return this.refuse(PROBLEMS.invalidCharacters)
    this.end = at + 2
    if (this.listed.length > 0) this.dropListed(bytes)
    return true
  }

  private refuse(problem: Http1Problem): false {
    this.problem = problem
    return false
  }

  private refuseName(bytes: Uint8Array, line: number, at: number): false {
    const byte = bytes[at] ?? 0
    if (at === line && (byte === SPACE || byte === TAB)) return this.refuse(PROBLEMS.folded)
    const lineEnds = byte === CR || byte === LF
    return this.refuse(byte < SPACE && !(lineEnds && at > line) ? PROBLEMS.invalidCharacters : PROBLEMS.fieldName)
  }

  /** Facts of one field; the length of the name selects the few worth comparing. Returns its mark. */
  private noteField(bytes: Uint8Array, line: number, length: number, from: number, to: number): number {
    switch (length) {
      case 2:
        // Only `trailers` concerns the next hop too (gRPC needs it); other codings were offered to us.
        if (!isWord(bytes, line, NAMES.te) || (to - from === 8 && isWord(bytes, from, NAMES.trailers))) return SHOWN
        if (listsWord(bytes, from, to, NAMES.trailers)) this.trailersWanted = true
        return DROPPED
      case 4:
        if (!isWord(bytes, line, NAMES.host)) return SHOWN
        this.hosts++
        this.hostFrom = from
        this.hostTo = to
        return HOST
      case 7:
        if (!isWord(bytes, line, NAMES.upgrade)) return SHOWN
        this.upgradeFrom = from
        this.upgradeTo = to
        return DROPPED
      case 10:
        if (isWord(bytes, line, NAMES.connection)) return this.noteConnection(bytes, from, to)
        return isWord(bytes, line, NAMES.keepAlive) ? DROPPED : SHOWN
      case 14:
        if (isWord(bytes, line, NAMES.contentLength)) return this.noteContentLength(bytes, from, to)
        return isWord(bytes, line, NAMES.http2Settings) ? DROPPED : SHOWN
      case 16:
        return isWord(bytes, line, NAMES.proxyConnection) ? DROPPED : SHOWN
      case 17:
        return isWord(bytes, line, NAMES.transferEncoding) ? this.noteTransferEncoding(bytes, from, to) : SHOWN
      default:
        return SHOWN
    }
  }

  private noteContentLength(bytes: Uint8Array, from: number, to: number): number {
    const length = contentLengthOf(bytes, from, to)
    // A second one is refused even if equal: who keeps both forwards a riddle.
    if (length < 0 || this.contentLength >= 0) this.problem = PROBLEMS.contentLength
    this.contentLength = length
    return SHOWN
  }

  private noteTransferEncoding(bytes: Uint8Array, from: number, to: number): number {
    this.transferEncodings++
    this.chunked = to - from === 7 && isWord(bytes, from, NAMES.chunked)
    return DROPPED
  }

  private noteConnection(bytes: Uint8Array, from: number, to: number): number {
    let at = from
    while (at < to) {
      const start = skipSeparators(bytes, at, to)
      at = start
      while (at < to && TOKEN[bytes[at] ?? 0] === 1) at++
      if (at === start) {
        if (at < to) this.problem = PROBLEMS.invalidCharacters
        break
      }
      this.noteConnectionOption(bytes, start, at)
    }
    return DROPPED
  }

  private noteConnectionOption(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from
    if (length === 5 && isWord(bytes, from, NAMES.close)) this.close = true
    else if (length === 10 && isWord(bytes, from, NAMES.keepAlive)) this.keepAlive = true
    else if (length === 7 && isWord(bytes, from, NAMES.upgrade)) this.connectionUpgrade = true
    else if (length !== 2 || !isWord(bytes, from, NAMES.te)) this.listed.push(from, to)
  }

  /** RFC 9110 7.6.1: fields that `Connection` names are for this hop only. */
  private dropListed(bytes: Uint8Array): void {
    const { cells, count } = this.table
    for (let n = 0; n < this.listed.length; n += 2) {
      const from = this.listed[n] ?? 0
      const length = (this.listed[n + 1] ?? 0) - from
      if (PROTECTED.some(name => name.length === length && isWord(bytes, from, name))) continue
      for (let at = 0; at < count * STRIDE; at += STRIDE) {
        if (cells[at + NAME_LENGTH] === length && sameWord(bytes, cells[at] ?? 0, from, length)) cells[at + MARK] = DROPPED
      }
    }
  }
}

/** True if the bytes at `at` spell `word` (lower case), whatever their case; the caller has compared the lengths. */
export function isWord(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (((bytes[at + i] ?? 0) | 0x20) !== word[i]) return false
  return true
}

/** True if the comma-separated list names `word` without parameters. */
function listsWord(bytes: Uint8Array, from: number, to: number, word: Uint8Array): boolean {
  for (let at = from; at < to; ) {
    const start = skipSeparators(bytes, at, to)
    at = start
    while (at < to && bytes[at] !== 44) at++
    let end = at
    while (end > start && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--
    if (end - start === word.length && isWord(bytes, start, word)) return true
  }
  return false
}

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)

function sameWord(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (lower(bytes[a + i] ?? 0) !== lower(bytes[b + i] ?? 0)) return false
  return true
}

function skipSeparators(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === 44)) at++
  return at
}
