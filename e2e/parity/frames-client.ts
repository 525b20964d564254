/** An HTTP/2 client of frames: it sends what it is told, right or wrong, and notes what comes back per stream. */
import { connect } from 'node:net'
import { block, codeOf, frame, readFrames, uint32, type ReadFrame } from '../../packages/proxy-core/src/codec/testdata/frames.ts'
import { HpackDecoder } from '../../packages/proxy-core/src/codec/http2/hpack/decoder.ts'

/** Bytes to send, or milliseconds to wait. */
export type FrameStep = Uint8Array | number | 'fin' | 'rst'

/** What came back on one stream. */
export interface StreamRecord {
  /** Status lines and fields of each HEADERS, trailers last; sorted, without what varies. */
  readonly heads: readonly (readonly string[])[]
  readonly body: string
  readonly ended: boolean
  /** Error code of RST_STREAM; undefined without one. */
  readonly reset: string | undefined
}

/** What the connection gave. */
export interface FramesRecord {
  readonly streams: Readonly<Record<number, StreamRecord>>
  /** Error code of the last GOAWAY. */
  readonly goaway: string | undefined
  readonly pongs: number
  readonly ended: boolean
}

const CODES = ['NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT', 'STREAM_CLOSED', 'FRAME_SIZE_ERROR', 'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR', 'CONNECT_ERROR', 'ENHANCE_YOUR_CALM']
const VARYING = /^(?:date|x-request-id|x-envoy-upstream-service-time): .*/

/** The preface with empty SETTINGS. */
export const PREFACE = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0)])

/** HEADERS of a request; `end` = no body. */
export const ask = (id: number, path: string, end = true, fields: readonly (readonly [string, string])[] = [], method = 'GET'): Uint8Array =>
  headers(id, [[':method', method], [':scheme', 'http'], [':path', path], [':authority', 'a.example'], ...fields], end)

/** HEADERS with any fields. */
export const headers = (id: number, fields: readonly (readonly [string, string])[], end = true): Uint8Array => frame(1, end ? 5 : 4, id, literals(fields))

/** A block of literals as they are: our encoder would refuse to write what is wrong. */
export function literals(fields: readonly (readonly [string, string])[]): Uint8Array {
  const text = (value: string): number[] => (value.length < 127 ? [value.length, ...Buffer.from(value, 'latin1')] : [127, ...varint(value.length - 127), ...Buffer.from(value, 'latin1')])
  return Uint8Array.from(fields.flatMap(([name, value]) => [0, ...text(name), ...text(value)]))
}

function varint(value: number): number[] {
  const out: number[] = []
  for (let rest = value; ; rest >>= 7) {
    if (rest < 128) return [...out, rest]
    out.push((rest & 127) | 128)
  }
}

export { block, frame, uint32 }

/** DATA. */
export const data = (id: number, text: string, end = true): Uint8Array => frame(0, end ? 1 : 0, id, Buffer.from(text, 'latin1'))

/** Plays the steps; done when all of `wait` streams have ended or the connection has, and a moment has passed. */
export function playFrames(port: number, steps: readonly FrameStep[], wait: readonly number[], settleMs = 60): Promise<FramesRecord> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    let received = Buffer.alloc(0)
    let ended = false
    let changed = (): void => undefined
    let acknowledged = 0
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const settings = complete(received).filter(({ type, flags }) => type === 4 && (flags & 1) === 0).length
      for (; acknowledged < settings; acknowledged++) if (!socket.destroyed) socket.write(frame(4, 1, 0))
      changed()
    })
    socket.on('error', () => (ended = true))
    socket.on('close', () => {
      ended = true
      changed()
    })
    const isOver = (): boolean => {
      if (ended) return true
      const frames = complete(received)
      return wait.every((id) => frames.some((one) => one.id === id && ((one.type <= 1 && (one.flags & 1) === 1) || one.type === 3)))
    }
    const run = async (): Promise<void> => {
      await new Promise((go) => socket.once('connect', go))
      for (const step of together(steps)) {
        if (typeof step === 'number') await new Promise((go) => setTimeout(go, step))
        else if (step === 'fin') socket.end()
        else if (step === 'rst') socket.resetAndDestroy()
        else if (!socket.destroyed && !ended) socket.write(step)
      }
      await new Promise<void>((go) => {
        if (isOver() && wait.length > 0) return go()
        const timer = setTimeout(go, wait.length > 0 ? 1500 : 150)
        changed = () => {
          if (!isOver() || wait.length === 0) return
          clearTimeout(timer)
          go()
        }
      })
      await new Promise((go) => setTimeout(go, settleMs))
      socket.destroy()
      resolve(record(complete(received), ended))
    }
    void run()
  })
}

/** What is sent without a pause arrives at once, so that a row does not depend on luck. */
function together(steps: readonly FrameStep[]): readonly FrameStep[] {
  const out: FrameStep[] = []
  for (const step of steps) {
    const last = out.at(-1)
    if (typeof step === 'object' && typeof last === 'object') out[out.length - 1] = Buffer.concat([last, step])
    else out.push(step)
  }
  return out
}

/** The whole frames of what came. */
function complete(bytes: Buffer): ReadFrame[] {
  let end = 0
  while (end + 9 <= bytes.length && end + 9 + bytes.readUIntBE(end, 3) <= bytes.length) end += 9 + bytes.readUIntBE(end, 3)
  return readFrames(bytes.subarray(0, end))
}

function record(frames: readonly ReadFrame[], ended: boolean): FramesRecord {
  const decoder = new HpackDecoder({ maxBytes: 1e6, maxFields: 1e4 })
  const streams: Record<number, { heads: string[][]; body: string; ended: boolean; reset: string | undefined }> = {}
  for (const one of frames) {
    if (one.id === 0 || (one.type !== 0 && one.type !== 1 && one.type !== 3)) continue
    const stream = (streams[one.id] ??= { heads: [], body: '', ended: false, reset: undefined })
    if (one.type === 0) stream.body += Buffer.from(one.payload).toString('latin1')
    else if (one.type === 3) stream.reset = CODES[codeOf(one) ?? 0]
    else {
      const pairs = decoder.decode(one.payload, 0, one.payload.length) ? decoder.pairs : ['?']
      stream.heads.push(pairs.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${pairs[i + 1] ?? ''}`] : [])).map((field) => field.replace(VARYING, (all) => `${all.slice(0, all.indexOf(':'))}: *`)).sort())
    }
    if (one.type <= 1 && (one.flags & 1) === 1) stream.ended = true
  }
  const goaway = frames.findLast(({ type }) => type === 7)
  return { streams, goaway: goaway && CODES[codeOf(goaway) ?? 0], pongs: frames.filter(({ type, flags }) => type === 6 && (flags & 1) === 1).length, ended }
}
