/** Writes heads, chunk frames and short answers; one scratch buffer, because everything is sent within the call that composes it. */
import { type ByteWriter } from '../bytes/byte-writer.ts'
import { latin1Bytes } from '../bytes/latin1.ts'
import type { HeaderFields, RequestHead, ResponseHead } from '../codec.ts'
import type { ByteStream } from '../../io/io-engine.ts'
import { writeField } from './raw-fields.ts'
import { RawRequestHead, writeRequestLine } from './raw-request-head.ts'
import { RawResponseHead } from './raw-response-head.ts'
import { reasonPhrase, writeStatusLine } from './status-line.ts'

const CRLF = latin1Bytes('\r\n')
const LAST_CHUNK = latin1Bytes('0\r\n\r\n')
const END_OF_CHUNK_AND_BODY = latin1Bytes('\r\n0\r\n\r\n')
const HEX_DIGITS = latin1Bytes('0123456789abcdef')

/** Where a status line has the minor version. */
const MINOR_VERSION = 'HTTP/1.'.length

/** What the codec adds to a head about its body and the connection. */
export interface HeadFraming {
  /** Body is sent in chunks. */
  readonly chunked: boolean
  /** `content-length: 0` is added. */
  readonly empty: boolean
  /** `connection: close` is added. */
  readonly close: boolean
  /** Token of a protocol switch. */
  readonly upgrade: string | undefined
  /** The peer speaks HTTP/1.0 and is answered in kind (as in Envoy). */
  readonly http10?: boolean
}

/** Composes and sends HTTP/1 messages. One per connection. */
export class MessageWriter {
  private readonly writer: ByteWriter
  private readonly stream: ByteStream

  constructor(stream: ByteStream, writer: ByteWriter) {
    this.stream = stream
    this.writer = writer
  }

  request(head: RequestHead, framing: HeadFraming): boolean {
    const writer = this.writer.reset()
    if (head instanceof RawRequestHead) head.write(writer)
    else {
      writeRequestLine(writer, head)
      writeField(writer, 'host', head.authority)
      writeFields(writer, head)
    }
    return this.finishHead(framing)
  }

  response(head: ResponseHead, framing: HeadFraming): boolean {
    const writer = this.writer.reset()
    if (head instanceof RawResponseHead) head.write(writer)
    else {
      writeStatusLine(writer, head.status)
      writeFields(writer, head)
    }
    if (framing.http10 === true) writer.bytes[MINOR_VERSION] = 0x30
    return this.finishHead(framing)
  }

  private finishHead(framing: HeadFraming): boolean {
    const { writer } = this
    if (framing.chunked) writer.text('transfer-encoding: chunked\r\n')
    else if (framing.empty) writer.text('content-length: 0\r\n')
    if (framing.upgrade !== undefined) {
      writer.text('connection: Upgrade\r\n')
      writeField(writer, 'upgrade', framing.upgrade)
    } else if (framing.close) writer.text('connection: close\r\n')
    else if (framing.http10 === true) writer.text('connection: keep-alive\r\n')
    writer.text('\r\n')
    return this.flush()
  }

  /** One chunk, and the end of the body with it if `end`. */
  chunk(bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): boolean {
    const { stream } = this
    if (from >= to) return end ? stream.send(LAST_CHUNK, 0, LAST_CHUNK.length, true) : true
    this.chunkSize(to - from)
    stream.send(bytes, from, to, owned)
    const tail = end ? END_OF_CHUNK_AND_BODY : CRLF
    return stream.send(tail, 0, tail.length, true)
  }

  /** The last chunk, with a trailer section where such are `wanted`. */
  trailers(trailers: HeaderFields, wanted: boolean): boolean {
    if (!wanted) return this.stream.send(LAST_CHUNK, 0, LAST_CHUNK.length, true)
    const writer = this.writer.reset()
    writer.text('0\r\n')
    writeFields(writer, trailers)
    writer.text('\r\n')
    return this.flush()
  }

  /** An answer of the codec itself, after which the connection closes; returns the length of its body. */
  refusal(status: number, fields: readonly (readonly [name: string, value: string])[] = []): number {
    const text = reasonPhrase(status)
    const writer = this.writer.reset()
    writeStatusLine(writer, status)
    writer.text(`content-type: text/plain\r\ncontent-length: ${text.length}\r\nconnection: close\r\n`)
    for (const [name, value] of fields) writeField(writer, name, value)
    writer.text(`\r\n${text}`)
    this.flush()
    return text.length
  }

  private chunkSize(size: number): void {
    const writer = this.writer.reset()
    let shift = 0
    for (let rest = size; rest >= 16; rest = Math.floor(rest / 16)) shift += 4
    for (; shift >= 0; shift -= 4) writer.byte(HEX_DIGITS[(size >>> shift) & 15] ?? 0)
    writer.byte(13)
    writer.byte(10)
    this.flush()
  }

  private flush(): boolean {
    return this.stream.send(this.writer.bytes, 0, this.writer.length, false)
  }
}

function writeFields(writer: ByteWriter, fields: HeaderFields): void {
  fields.forEach((name, value) => {
    // HTTP/2 knows no connection fields; what a filter wrongly set must not reframe the message.
    if (!isConnectionField(name)) writeField(writer, name, value)
  })
}

const isConnectionField = (name: string): boolean =>
  name === 'connection' || name === 'transfer-encoding' || name === 'upgrade' || name === 'keep-alive' || name === 'proxy-connection' || name === 'host'
