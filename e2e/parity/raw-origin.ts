/** A server of bytes: it notes what a proxy sent it, and answers by script. */
import { createServer, type Server, type Socket } from 'node:net'
import { listenAnywhere } from './listen-anywhere.ts'
import { parseMessages, type Message } from './message.ts'

/** What the origin does: bytes to send, milliseconds to wait, or an end of the connection (`fin`, `rst`); `stall` stops reading. */
export type Act = string | number | 'fin' | 'rst'

/** The script of one row. */
export interface OriginScript {
  /** Answer of the n-th request; the last one is repeated. */
  readonly answers: readonly (readonly Act[])[]
  /** When it answers: at the end of the request (default), of its head, or when a connection is made. */
  readonly when?: 'request' | 'head' | 'connection'
  /** Do not read what is sent as HTTP: after the answer, echo. */
  readonly raw?: boolean
}

/** What one connection carried. */
export interface OriginRecord {
  readonly requests: readonly Message[]
  /** Bytes after (or instead of) HTTP. */
  readonly rest: string
  readonly ended: 'open' | 'fin' | 'rst'
}

interface Seen {
  readonly socket: Socket
  bytes: string
  answered: number
  ended: OriginRecord['ended']
  busy: Promise<void>
}

/** What an origin answers if nothing is said. */
export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** One server for all rows; `begin` starts a row. */
export class RawOrigin {
  readonly #server: Server
  #seen: Seen[] = []
  #script: OriginScript = { answers: [[OK]] }
  #answered = 0

  constructor() {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket))
  }

  listen(): Promise<number> {
    return listenAnywhere(this.#server)
  }

  begin(script: OriginScript): void {
    this.#script = script
    this.#answered = 0
    this.#seen = []
  }

  /** Ends a row: closes what is open and tells what was seen. */
  end(): readonly OriginRecord[] {
    const records = this.#seen.map((seen): OriginRecord => {
      const { messages, rest } = parseMessages(seen.bytes, 'request')
      return { requests: messages, rest, ended: seen.ended }
    })
    for (const { socket } of this.#seen) socket.destroy()
    this.#seen = []
    return records
  }

  close(): void {
    this.#server.close()
    this.end()
  }

  #accept(socket: Socket): void {
    const seen: Seen = { socket, bytes: '', answered: 0, ended: 'open', busy: Promise.resolve() }
    this.#seen.push(seen)
    socket.on('data', (data: Buffer) => {
      seen.bytes += data.toString('latin1')
      this.#react(seen)
    })
    socket.on('end', () => {
      seen.ended = 'fin'
      // What it had to say by itself it still says.
      if (this.#script.when === 'connection') void seen.busy.then(() => socket.end())
      else socket.end()
    })
    socket.on('error', () => (seen.ended = 'rst'))
    if (this.#script.when === 'connection') this.#answer(seen)
  }

  #react(seen: Seen): void {
    const { when = 'request' } = this.#script
    if (when === 'connection') return
    const { messages, rest } = parseMessages(seen.bytes, 'request')
    const heads = messages.length + (rest.includes('\r\n\r\n') ? 1 : 0)
    const due = when === 'head' ? heads : messages.length
    while (seen.answered < due) this.#answer(seen)
  }

  #answer(seen: Seen): void {
    seen.answered++
    const { answers } = this.#script
    const acts = answers[Math.min(this.#answered++, answers.length - 1)] ?? []
    seen.busy = seen.busy.then(() => play(seen.socket, acts))
  }
}

async function play(socket: Socket, acts: readonly Act[]): Promise<void> {
  for (const act of acts) {
    if (typeof act === 'number') await new Promise((resolve) => setTimeout(resolve, act))
    else if (act === 'fin') socket.end()
    else if (act === 'rst') socket.resetAndDestroy()
    else if (!socket.destroyed) await new Promise<void>((resolve) => socket.write(Buffer.from(act, 'latin1'), () => resolve()))
  }
}
