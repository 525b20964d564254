import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dump } from 'js-yaml'
import { DEFAULT_LIMITS, loadText, parseValues, positionedValue, resolveScalar, type LoadOptions } from './index.ts'

const options: LoadOptions = {
  file: 'mesh.yaml',
  cluster: 'Kubernetes',
  parse: (object, source, cluster) => ({
    resource: { cluster, apiVersion: 'v1', kind: String(object['kind']), metadata: { name: 'x', namespace: '' }, spec: object, source },
    diagnostics: object['bad'] === undefined ? [] : [{ code: 'T', severity: 'error', path: 'bad[1].deep', message: 'Bad.', remedy: 'Mend.' }],
  }),
}

describe('resolveScalar', () => {
  // Expected values are what sigs.k8s.io/yaml v1.6 gives (YAMLToJSON of `k: <text>`).
  const table: readonly (readonly [string, unknown])[] = [
    ['y', true], ['n', false], ['Yes', true], ['yEs', 'yEs'], ['on', true], ['off', false], ['0777', 511], ['0o777', 511], ['0x1F', 31], ['0b11', 3],
    ['1_000', 1000], ['1_0.5', 10.5], ['1e3', 1000], ['1.', 1], ['.5', 0.5], ['-.5', -0.5], ['+1', 1], ['-0', 0], ['190:20:30', '190:20:30'],
    ['2001-01-01', '2001-01-01'], ['~', null], ['Null', null], ['', null], ['1e400', '1e400'], ['0x', '0x'], ['08', 8], ['0o8', '0o8'], ['=', '='],
    ['1E5', 100000], ['1e', '1e'], ['_1', '_1'], ['1__0', 10], ['0.1e-3', 0.0001], ['0xFFFFFFFFFFFFFFFFF', '0xFFFFFFFFFFFFFFFFF'], ['-0x10', -16], ['+0x10', 16],
    ['-0b1', -1], ['-0777', -511], ['123456789012345678901234567890', 1.2345678901234568e29],
  ]
  it.each(table)('reads %s as Kubernetes does', (text, value) => {
    expect(resolveScalar(text)).toStrictEqual(value)
  })
})

describe('the two parsers', () => {
  const json = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.string(), fc.constantFrom('y', 'no', '0777', '1e3', '<<', '~', '__proto__', ' x ', 'a: b', '# c', '- d'), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4 })),
  })).value
  it('agree on any document that can be written', () => {
    fc.assert(fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), json), (value) => {
      const text = dump(value, { noRefs: true })
      const fast = parseValues(text, DEFAULT_LIMITS)
      expect('value' in fast && fast.value).toStrictEqual(positionedValue(text))
    }), { numRuns: 300 })
  })
  it.each(['a: &x {p: 1}\nb:\n  <<: *x\n  q: 2', 'a: &x [1]\nb: *x', 'y: x\n1.5: z', 'a: |\n  x\n   y\n\nb: >-\n  p\n  q', 'a: yes\nb: "yes"\nc: \'0777\'', '<<: {a: 1}\nb: 2', '__proto__: {x: 1}'])('agree on %j', (text) => {
    const fast = parseValues(text, DEFAULT_LIMITS)
    expect('value' in fast && fast.value).toStrictEqual(positionedValue(text))
  })
  it('never give a document another prototype', () => {
    const parsed = parseValues('__proto__: {polluted: 1}', DEFAULT_LIMITS)
    expect(Object.getPrototypeOf('value' in parsed ? parsed.value : null)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('loadText', () => {
  it('finds the line and column of every finding', () => {
    const [first, second] = loadText('kind: A\n---\n# comment\nkind: B\nbad:\n- x\n- deep: 1\n', options)
    expect(first?.refused).toBe(false)
    expect(second?.diagnostics[0]?.source).toEqual({ file: 'mesh.yaml', line: 7, column: 3 })
  })
  it('keeps the documents around a broken one and says who the broken one is', () => {
    const loaded = loadText("kind: A\n---\nkind: VirtualService\nmetadata:\n  name: cart\n  namespace: shop\nspec: {a: 'x\n---\nkind: C\n", options)
    expect(loaded.map((document) => document.refused)).toEqual([false, true, false])
    expect(loaded[1]?.identity).toEqual({ kind: 'VirtualService', name: 'cart', namespace: 'shop' })
    expect(loaded[1]?.diagnostics[0]).toMatchObject({ code: 'MESH0201', source: { file: 'mesh.yaml', line: 7 } })
  })
  it('unfolds lists, also nested ones, with the place of each item', () => {
    const loaded = loadText('kind: List\nitems:\n- kind: A\n- kind: BList\n  items:\n  - kind: B\n    bad: [1, {deep: 2}]\n', options)
    expect(loaded).toHaveLength(2)
    expect(loaded[1]?.diagnostics[0]?.source).toEqual({ file: 'mesh.yaml', line: 7, column: 15 })
  })
  it.each([
    ['a duplicate key', 'kind: A\nkind: B\n', 2], ['an alias bomb', `a: &a [1]\nb: [${Array(200).fill('*a').join(', ')}]\n`, 1], ['a tab', 'kind: A\nb:\n\t- 1\n', 3],
    ['endless nesting', `a: ${'['.repeat(5000)}`, 1], ['a list', '- 1\n', 1], ['a text', 'hello\n', 1],
  ])('refuses %s with one finding and its line', (_, text, line) => {
    const [document] = loadText(text, options)
    expect(document?.refused).toBe(true)
    expect(document?.diagnostics).toHaveLength(1)
    expect(document?.diagnostics[0]?.source?.line).toBeGreaterThanOrEqual(line === 1 ? 1 : line)
  })
  it('reads JSON', () => {
    expect(loadText('{"kind": "A", "n": 1}', options)[0]?.resource?.spec).toEqual({ kind: 'A', n: 1 })
  })
  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void loadText(text, options)), { numRuns: 2000 })
  })
})

it('finds the places of a List in one parse, however many of its items have findings', { timeout: 60_000 }, () => {
  const item = '- {apiVersion: v1, kind: Thing, metadata: {name: a, labels: {b: c, d: e}}, bad: [1, {deep: 2}]}'
  const before = performance.now()
  const loaded = loadText(`apiVersion: v1\nkind: List\nitems:\n${`${item}\n`.repeat(1000)}`, options)
  expect(loaded.map(({ diagnostics: [first] }) => first?.source)).toEqual(Array.from({ length: 1000 }, (_, i) => ({ file: 'mesh.yaml', line: 4 + i, column: item.indexOf('deep') + 1 })))
  // A parse for each item takes minutes.
  expect(performance.now() - before).toBeLessThan(10_000)
})
