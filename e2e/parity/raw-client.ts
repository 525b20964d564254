/** A client of bytes: it sends what it is told, in the pieces it is told, and notes what comes back. */
import { connect } from 'node:net'
import { parseMessages, type Message } from './message.ts'

/** What the client does: text to send, milliseconds to wait, wait for text, half close, reset. */
export type Step = string | number | { readonly until: string } | 'fin' | 'rst'

/** What came back. */
export interface ClientRecord {
  readonly responses: readonly Message[]
  /** Bytes that are no response: of a tunnel, or of an unfinished answer. */
  readonly rest: string
  readonly ended: 'open' | 'fin' | 'rst'
}

/** Longest wait for an answer. */
const PATIENCE_MS = 1500

/** After the last expected answer: time in which a proxy that closes has closed. */
const LINGER_MS = 90

/** Plays the steps, waits for `answers` final responses (or the end), then a moment for what should not come. */
export function playClient(port: number, steps: readonly Step[], answers: number, settleMs = LINGER_MS): Promise<ClientRecord> {
  const methods = steps.filter((step) => typeof step === 'string').join('').split('\r\n').flatMap((line) => /^([A-Z]+) \S+ HTTP\//.exec(line)?.[1] ?? [])
  return new Promise((resolve) => {
    let text = ''
    let ended: ClientRecord['ended'] = 'open'
    let changed = (): void => undefined
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1')
      changed()
    })
    socket.on('end', () => {
      ended = 'fin'
      changed()
    })
    socket.on('error', () => {
      ended = 'rst'
      changed()
    })
    const until = (done: () => boolean, limitMs: number): Promise<void> => new Promise((go) => {
      if (done()) return go()
      const timer = setTimeout(go, limitMs)
      changed = () => {
        if (!done()) return
        clearTimeout(timer)
        go()
      }
    })
    const read = (closed: boolean): ReturnType<typeof parseMessages> => parseMessages(text, 'response', methods, closed)
    const final = (): number => read(ended === 'fin').messages.filter(({ line }) => !/^HTTP\/1\.. 1(?!01)/.test(line)).length
    const run = async (): Promise<void> => {
      await new Promise((go) => socket.once('connect', go))
      for (const step of steps) {
        if (typeof step === 'number') await new Promise((go) => setTimeout(go, step))
        else if (typeof step === 'object') await until(() => text.includes(step.until) || ended !== 'open', PATIENCE_MS)
        else if (step === 'fin') socket.end()
        else if (step === 'rst') socket.resetAndDestroy()
        else if (!socket.destroyed) socket.write(Buffer.from(step, 'latin1'))
      }
      if (answers > 0) await until(() => final() >= answers || ended !== 'open', PATIENCE_MS)
      // A proxy that announced its close is waited for; else a moment for what should not come.
      const closing = read(false).messages.some(({ fields }) => fields.includes('connection: close'))
      await until(() => ended !== 'open', closing ? PATIENCE_MS : settleMs)
    }
    void run().then(() => {
      const { messages, rest } = read(ended !== 'open' || steps.at(-1) === 'rst')
      socket.destroy()
      resolve({ responses: messages, rest, ended })
    })
  })
}
