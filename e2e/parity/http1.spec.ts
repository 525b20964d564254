/** HTTP/1.1 and TCP through our proxy and through a real Envoy with the same configuration: the same bytes in give the same answers, or the row says why not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { envoyBinary, havePeers } from '../local/peers.ts'
import { HTTP1_ROWS } from './http1-rows.ts'
import { tell } from './outcome.ts'
import { compareTable, tableRow } from './table.ts'
import { TwoProxies } from './two-proxies.ts'

const useful = havePeers('e2e/parity/http1', { 'a real Envoy': envoyBinary() })

/** Rows wait tens of milliseconds for what should not happen: on a loaded machine Envoy may need longer for what should. */
const PATIENT = { retry: 2 }

describe.skipIf(!useful)('like Envoy', () => {
  let proxies: TwoProxies
  const told: Record<string, string[]> = {}
  beforeAll(async () => void (proxies = await TwoProxies.start(envoyBinary() ?? '')))
  afterAll(() => proxies[Symbol.asyncDispose]())

  describe.each(Object.entries(HTTP1_ROWS))('%s', (chapter, rows) => {
    it.each(rows)('$name', PATIENT, async (row) => {
      const { ours, envoy } = await proxies.ask(row)
      if (row.differs === undefined) expect(ours).toEqual(envoy)
      else expect(ours).not.toEqual(envoy)
      ;(told[chapter] ??= []).push(...tableRow(row, tell(ours), tell(envoy)))
    })
  })

  it('is written down', () => {
    const { seen, expected } = compareTable('http1', 'HTTP/1.1 and TCP, through us as through Envoy 1.40', told, ['case', 'the client saw', 'the origin saw', 'the log says'])
    expect(seen).toBe(expected)
  })
})
