import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completeLedger } from './ledger.ts'

const uses = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 6 })
const ledger = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'x', 'y'), fc.integer({ min: 20_000, max: 20_005 }))
const counter = (): ((taken: ReadonlySet<number>) => number) => (taken) => {
  let port = 20_000
  while (taken.has(port)) port++
  return port
}

describe('the port ledger', () => {
  it('gives each use its own port, keeps what can be kept, and never takes a port of the user', () => {
    fc.assert(fc.property(ledger, uses, fc.uniqueArray(fc.integer({ min: 20_000, max: 20_005 })), (before, wanted, reserved) => {
      const after = completeLedger(before, wanted, new Set(reserved), counter())
      expect(Object.keys(after)).toEqual(wanted)
      expect(new Set(Object.values(after)).size).toBe(wanted.length)
      expect(Object.values(after).filter((port) => reserved.includes(port))).toEqual([])
      const unambiguous = wanted.filter((use) => before[use] !== undefined && !reserved.includes(before[use]) && wanted.filter((other) => before[other] === before[use]).length === 1)
      for (const use of unambiguous) expect(after[use]).toBe(before[use])
    }))
  })
  it('is stable: completing twice changes nothing', () => {
    fc.assert(fc.property(ledger, uses, (before, wanted) => {
      const once = completeLedger(before, wanted, new Set(), counter())
      expect(completeLedger(once, wanted, new Set(), counter())).toEqual(once)
    }))
  })
})
