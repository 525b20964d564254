/** HTTP/2 and gRPC through our proxy and through a real Envoy: the same frames in give the same answers, or the row says why not. */
import { describe, expect, it } from 'vitest'
import { envoyBinary, havePeers } from '../local/peers.ts'
import { comparableFrames, tellFrames } from './frames-outcome.ts'
import { HTTP2_ROWS, TO_HTTP2_ROWS } from './http2-rows.ts'
import { tell } from './outcome.ts'
import { PATIENT, RowTable } from './table.ts'
import { twoProxies } from './two-proxies.ts'

const useful = havePeers('e2e/parity/http2', { 'a real Envoy': envoyBinary() })

describe.skipIf(!useful)('like Envoy', () => {
  const proxies = twoProxies()
  const table = new RowTable('http2', 'HTTP/2 and gRPC', ['case', 'the client saw', 'the origin saw', 'the log says'])

  describe.each(Object.entries(HTTP2_ROWS))('%s', (chapter, rows) => {
    it.each(rows)('$name', PATIENT, async (row) => {
      const { ours, envoy } = await proxies().askFrames(row)
      const [a, b] = [comparableFrames(ours), comparableFrames(envoy)]
      if (row.differs === undefined) expect(a).toEqual(b)
      else expect(a).not.toEqual(b)
      table.add(chapter, row, tellFrames(ours), tellFrames(envoy))
    })
  })

  describe.each(Object.entries(TO_HTTP2_ROWS))('%s', (chapter, rows) => {
    it.each(rows)('$name', PATIENT, async (row) => {
      const { ours, envoy } = await proxies().ask(row)
      if (row.differs === undefined) expect(ours).toEqual(envoy)
      else expect(ours).not.toEqual(envoy)
      table.add(chapter, row, tell(ours), tell(envoy))
    })
  })

  it('is written down', () => {
    const { seen, expected } = table.compare()
    expect(seen).toBe(expected)
  })
})
