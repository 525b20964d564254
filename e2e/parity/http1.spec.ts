/** HTTP/1.1 and TCP through our proxy and through a real Envoy with the same configuration: the same bytes in give the same answers, or the row says why not. */
import { describe, expect, it } from 'vitest'
import { envoyBinary, havePeers } from '../local/peers.ts'
import { HTTP1_ROWS } from './http1-rows.ts'
import { tell } from './outcome.ts'
import { PATIENT, RowTable } from './table.ts'
import { twoProxies } from './two-proxies.ts'

const useful = havePeers('e2e/parity/http1', { 'a real Envoy': envoyBinary() })

describe.skipIf(!useful)('like Envoy', () => {
  const proxies = twoProxies()
  const table = new RowTable('http1', 'HTTP/1.1 and TCP', ['case', 'the client saw', 'the origin saw', 'the log says'])

  describe.each(Object.entries(HTTP1_ROWS))('%s', (chapter, rows) => {
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
