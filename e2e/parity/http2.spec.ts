/** HTTP/2 and gRPC through our proxy and through a real Envoy: the same frames in give the same answers, or the row says why not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { envoyBinary, havePeers } from '../local/peers.ts'
import { comparableFrames, tellFrames } from './frames-outcome.ts'
import { HTTP2_ROWS, TO_HTTP2_ROWS } from './http2-rows.ts'
import { tell } from './outcome.ts'
import { compareTable, tableRow } from './table.ts'
import { TwoProxies } from './two-proxies.ts'

const useful = havePeers('e2e/parity/http2', { 'a real Envoy': envoyBinary() })

/** Rows wait tens of milliseconds for what should not happen: on a loaded machine Envoy may need longer for what should. */
const PATIENT = { retry: 2 }

describe.skipIf(!useful)('like Envoy', () => {
  let proxies: TwoProxies
  const told: Record<string, string[]> = {}
  beforeAll(async () => void (proxies = await TwoProxies.start(envoyBinary() ?? '')))
  afterAll(() => proxies[Symbol.asyncDispose]())

  describe.each(Object.entries(HTTP2_ROWS))('%s', (chapter, rows) => {
    it.each(rows)('$name', PATIENT, async (row) => {
      const { ours, envoy } = await proxies.askFrames(row)
      const [a, b] = [comparableFrames(ours), comparableFrames(envoy)]
      if (row.differs === undefined) expect(a).toEqual(b)
      else expect(a).not.toEqual(b)
      ;(told[chapter] ??= []).push(...tableRow(row, tellFrames(ours), tellFrames(envoy)))
    })
  })

  describe.each(Object.entries(TO_HTTP2_ROWS))('%s', (chapter, rows) => {
    it.each(rows)('$name', PATIENT, async (row) => {
      const { ours, envoy } = await proxies.ask(row)
      if (row.differs === undefined) expect(ours).toEqual(envoy)
      else expect(ours).not.toEqual(envoy)
      ;(told[chapter] ??= []).push(...tableRow(row, tell(ours), tell(envoy)))
    })
  })

  it('is written down', () => {
    const { seen, expected } = compareTable('http2', 'HTTP/2 and gRPC, through us as through Envoy 1.40', told, ['case', 'the client saw', 'the origin saw', 'the log says'])
    expect(seen).toBe(expected)
  })
})
