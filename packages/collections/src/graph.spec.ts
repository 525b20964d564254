import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { createGraph, equalApartFrom, formatTrace, type Change } from './index.ts'

describe('transactions', () => {
  it('tell an observer once about many changes, with what was and what is', () => {
    const graph = createGraph()
    const words = graph.source<string>('words')
    const lengths = graph.derive('lengths', words, (word) => word.length)
    words.set('a', 'one')
    const seen: (readonly Change<number>[])[] = []
    lengths.subscribe((changes) => seen.push(changes))
    graph.update(() => {
      words.set('a', 'three')
      words.set('b', 'four')
      words.set('a', 'eleven')
    })
    expect(seen).toEqual([[{ key: 'a', before: 3, after: 6 }, { key: 'b', after: 4 }]])
  })

  it('hide what is not yet committed', () => {
    const graph = createGraph()
    const words = graph.source<string>('words')
    graph.update(() => {
      words.set('a', 'one')
      expect(words.get('a')).toBeUndefined()
    })
    expect(words.get('a')).toBe('one')
  })

  it('run a change made by an observer after all observers have seen the first', () => {
    const graph = createGraph()
    const words = graph.source<string>('words')
    const order: string[] = []
    words.watch('a', ({ after }) => {
      order.push(`first ${after ?? ''}`)
      if (after === 'one') words.set('a', 'two')
    })
    words.watch('a', ({ after }) => order.push(`second ${after ?? ''}`))
    words.set('a', 'one')
    expect(order).toEqual(['first one', 'second one', 'first two', 'second two'])
  })

  it('go on when an observer throws, and report it', () => {
    const errors: string[] = []
    const graph = createGraph({ onError: (error) => errors.push(error.code) })
    const words = graph.source<string>('words')
    const seen = vi.fn()
    words.subscribe(() => {
      throw new Error('broken observer')
    })
    words.subscribe(seen)
    words.set('a', 'one')
    expect(seen).toHaveBeenCalledTimes(1)
    expect(errors).toEqual(['MESH0095'])
  })
})

describe('equality', () => {
  it('stops the wave when a result says the same, and keeps the old object', () => {
    const graph = createGraph()
    const words = graph.source<string>('words')
    const facts = graph.derive('facts', words, (word) => ({ length: word.length }))
    const observer = vi.fn()
    const after = graph.derive('after', facts, (fact) => fact.length)
    words.set('a', 'one')
    const before = facts.get('a')
    facts.subscribe(observer)
    const computed = graph.counters.computedByNode.get('after')
    words.set('a', 'two')
    expect(facts.get('a')).toBe(before)
    expect(observer).not.toHaveBeenCalled()
    expect(graph.counters.computedByNode.get('after')).toBe(computed)
    expect(after.get('a')).toBe(3)
  })

  it('of sources keeps the newest object although it says the same', () => {
    const graph = createGraph()
    const files = graph.source<{ text: string; line: number }>('files', { equal: equalApartFrom('line') })
    const observer = vi.fn()
    files.set('a', { text: 'x', line: 1 })
    files.subscribe(observer)
    files.set('a', { text: 'x', line: 2 })
    expect(observer).not.toHaveBeenCalled()
    expect(files.get('a')).toEqual({ text: 'x', line: 2 })
    expect(files.values()).toEqual([{ text: 'x', line: 2 }])
  })
})

describe('lookups', () => {
  it('compute only what is asked for, and forget what nobody watches when it changes', () => {
    const graph = createGraph()
    const words = graph.source<string>('words')
    const upper = graph.lookup('upper', (key) => (words.get(key) ?? '').toUpperCase())
    words.set('a', 'one')
    expect(graph.counters.computed).toBe(0)
    expect(upper.get('a')).toBe('ONE')
    expect(upper.get('a')).toBe('ONE')
    expect(graph.counters.computed).toBe(1)
    words.set('a', 'two')
    expect(graph.counters.computed).toBe(1)
    expect(upper.size).toBe(0)
    expect(upper.get('a')).toBe('TWO')
  })

  it('keep a watched value current and drop it with the last watcher', () => {
    const graph = createGraph()
    const words = graph.source<string>('words')
    const upper = graph.lookup('upper', (key) => (words.get(key) ?? '').toUpperCase())
    const seen: string[] = []
    const stop = upper.watch('a', ({ after }) => seen.push(after))
    words.set('a', 'one')
    words.set('b', 'other')
    stop()
    words.set('a', 'two')
    expect(seen).toEqual(['ONE'])
    expect(upper.size).toBe(0)
  })

  it('are forgotten when the derivation that read them no longer does', () => {
    const graph = createGraph()
    const switches = graph.source<string>('switches')
    const words = graph.source<string>('words')
    const upper = graph.lookup('upper', (key) => (words.get(key) ?? '').toUpperCase())
    const shown = graph.derive('shown', switches, (key) => upper.get(key))
    graph.update(() => {
      words.set('a', 'one')
      words.set('b', 'two')
      switches.set('x', 'a')
    })
    expect(shown.get('x')).toBe('ONE')
    switches.set('x', 'b')
    expect(shown.get('x')).toBe('TWO')
    expect(upper.size).toBe(1)
  })
})

describe('errors', () => {
  it('keep the last good value, are listed, and go away when the cause does', () => {
    const errors: string[] = []
    const graph = createGraph({ onError: (error) => errors.push(error.message) })
    const numbers = graph.source<number>('numbers')
    const inverse = graph.derive('inverse', numbers, (n) => {
      if (n === 0) throw new Error('no inverse of zero')
      return 1 / n
    })
    numbers.set('a', 2)
    numbers.set('b', 4)
    numbers.set('a', 0)
    expect(inverse.get('a')).toBe(0.5)
    expect(inverse.get('b')).toBe(0.25)
    expect(graph.failures.map(({ node, key, error }) => [node, key, error.code])).toEqual([['inverse', 'a', 'MESH0091']])
    expect(errors).toHaveLength(1)
    numbers.set('a', 5)
    expect(inverse.get('a')).toBe(0.2)
    expect(graph.failures).toEqual([])
  })

  it('reach readers of a lookup that never had a value, and heal', () => {
    const graph = createGraph()
    const numbers = graph.source<number>('numbers')
    const inverse = graph.lookup('inverse', (key) => {
      const n = numbers.get(key)
      if (n === undefined) throw new Error('no number')
      return 1 / n
    })
    const users = graph.source<string>('users')
    const shown = graph.derive('shown', users, (key) => inverse.get(key))
    users.set('u', 'a')
    expect(shown.get('u')).toBeUndefined()
    expect(graph.failures).toHaveLength(2)
    numbers.set('a', 4)
    expect(shown.get('u')).toBe(0.25)
    expect(graph.failures).toEqual([])
  })

  it('refuse to read against the order, to change sources while deriving, and doubled names', () => {
    const graph = createGraph()
    const numbers = graph.source<number>('numbers')
    const early = graph.derive('early', numbers, (): number => late.get('a') ?? 0)
    const writer = graph.derive('writer', numbers, (n) => {
      numbers.set('b', n)
      return n
    })
    const late = graph.derive('late', numbers, (n) => n)
    numbers.set('a', 1)
    expect(early.get('a')).toBeUndefined()
    expect(writer.get('a')).toBeUndefined()
    expect(graph.failures.map(({ error }) => (error.cause as { code: string }).code).sort()).toEqual(['MESH0092', 'MESH0094'])
    expect(() => graph.source('numbers')).toThrow(/already has a collection/)
  })
})

describe('trace', () => {
  it('answers why a value was computed, down to the source', () => {
    const graph = createGraph()
    const words = graph.source<string>('words')
    const byLength = graph.indexBy('by length', words, (word) => [String(word.length)])
    const count = graph.lookup('count', (length) => byLength.lookup(length).length)
    const shown = graph.lookup('shown', () => `threes: ${count.get('3')}`)
    shown.watch('', () => undefined)
    words.set('a', 'one')
    expect(formatTrace(graph.trace('shown', ''))).toBe('shown[] (transaction 1)\n  count[3] (transaction 1)\n    by length[3]')
  })

  it('names the entry of a derivation', () => {
    const graph = createGraph()
    const words = graph.source<string>('words')
    graph.derive('upper', words, (word) => word.toUpperCase())
    words.set('a', 'one')
    words.set('a', 'two')
    expect(formatTrace(graph.trace('upper', 'a'))).toBe('upper[a] (transaction 2)\n  words[a]')
  })

  it('names what changed without keeping it alive', async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const made: WeakRef<object>[] = []
    const graph = createGraph()
    const switches = graph.source<boolean>('switches')
    switches.set('uses big', true)
    const big = graph.lookup<object>('big', () => {
      const value = { isOn: switches.get('uses big') }
      made.push(new WeakRef(value))
      return value
    }, { equal: Object.is })
    const reader = graph.lookup<boolean>('reader', () => switches.get('uses big') === true && big.get('') !== undefined)
    reader.watch('', () => undefined)
    switches.set('uses big', false)
    expect(formatTrace(graph.trace('reader', ''))).toContain('big[]')
    // What a WeakRef was made for lives to the end of the turn.
    await new Promise((resolve) => void setImmediate(resolve))
    gc()
    expect(made.map((one) => one.deref())).toEqual(made.map(() => undefined))
  })
})

describe('growth', () => {
  it('computes the same number of nodes for one change, however many entries are unrelated', () => {
    const costs = [100, 2000].map((size) => {
      const graph = createGraph()
      const services = graph.source<number>('services')
      const endpoints = graph.source<{ service: string; n: number }>('endpoints')
      const byService = graph.indexBy('endpoints by service', endpoints, (endpoint) => [endpoint.service])
      const groups = graph.derive('groups', services, (_, key) => byService.lookup(key).map(({ n }) => n))
      graph.update(() => {
        for (let i = 0; i < size; i++) {
          services.set(`s${i}`, i)
          endpoints.set(`e${i}`, { service: `s${i}`, n: i })
        }
      })
      const before = graph.counters.computed
      endpoints.set('e7', { service: 's7', n: -1 })
      expect(groups.get('s7')).toEqual([-1])
      return graph.counters.computed - before
    })
    expect(costs).toEqual([1, 1])
  })
})
