/** The schema toolbox: what a kind is made of. */
import { describe, expect, it } from 'vitest'
import {
  bool,
  crdSchemaOf,
  defaulted,
  double,
  duration,
  enumeration,
  int32,
  list,
  map,
  message,
  nullable,
  once,
  rule,
  struct,
  text,
  uint32,
  unknownFields,
  withFacts,
} from './index.ts'

interface Port {
  readonly number: number
  readonly name?: string
}

interface Sample {
  readonly host?: string
  readonly mode?: 'A' | 'B'
  readonly timeout?: string
  readonly ports?: readonly Port[]
  readonly labels?: Readonly<Record<string, string>>
  readonly verify?: boolean
  readonly share?: number
  readonly free?: Readonly<Record<string, unknown>>
}

const sample = () =>
  message<Sample>(
    {
      host: text({ minLength: 1, rules: [rule('no star', 'self != "*"', (self) => self !== '*')] }),
      mode: defaulted(enumeration(['A', 'B']), 'A'),
      timeout: duration(),
      ports: list(message<Port>({ number: uint32(), name: text() }, { required: ['number'] }), { maxItems: 2, mapKeys: ['number'] }),
      labels: map(text(), { maxProperties: 1 }),
      verify: nullable(bool()),
      share: double({ minimum: 0 }),
      free: struct(),
    },
    { oneOf: [['host', 'timeout']] },
  )

const issues = (value: unknown): readonly string[] => (sample().safeParse(value).error?.issues ?? []).map((issue) => issue.path.join('.'))

describe('a message', () => {
  it('takes its fields, fills in defaults and keeps what it does not know', () => {
    expect(sample().parse({ host: 'a', extra: 1 })).toEqual({ host: 'a', mode: 'A', extra: 1 })
  })

  it('takes null only where protobuf has a wrapper, and reads it as absent', () => {
    expect(sample().parse({ verify: null }).verify).toBeUndefined()
    expect(issues({ host: null })).toEqual(['host'])
  })

  it('tells each breach at its place', () => {
    const breaches = { host: '*', mode: 'C', ports: [{ number: 1 }, {}], labels: { a: 'b', c: 'd' }, share: -1, free: [] }
    expect(issues(breaches)).toEqual(['host', 'mode', 'ports.1.number', 'labels', 'share', 'free'])
    expect(issues({ ports: [{ number: 1 }, { number: 1 }] })).toEqual(['ports.1'])
    expect(issues({ host: 'a', timeout: '1s' })).toEqual([''])
    expect(issues({ timeout: '0.5ms' })).toEqual(['timeout'])
    expect(issues({ timeout: 'soon' })).toEqual(['timeout'])
  })

  it('copies free-form objects and refuses bottomless ones', () => {
    const free = { a: { b: [1] } }
    const parsed = sample().parse({ free })
    expect(parsed.free).toEqual(free)
    expect(parsed.free).not.toBe(free)
    const deep = JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`) as unknown
    expect(issues({ free: deep })).toEqual(['free'])
  })

  it('does not let a key named __proto__ through', () => {
    const parsed = sample().parse(JSON.parse('{"free":{"__proto__":{"polluted":1}},"labels":{"__proto__":"x"}}'))
    expect(Object.keys(parsed.free ?? {})).toEqual([])
    expect(Object.getPrototypeOf(parsed.labels ?? {})).toBe(Object.prototype)
  })
})

describe('the CRD read off a schema', () => {
  it('has every fact', () => {
    expect(crdSchemaOf(sample())).toMatchObject({
      type: 'object',
      oneOf: [{ not: { anyOf: [{ required: ['host'] }, { required: ['timeout'] }] } }, { required: ['host'] }, { required: ['timeout'] }],
      properties: {
        host: { type: 'string', minLength: 1, 'x-kubernetes-validations': [{ message: 'no star', rule: 'self != "*"' }] },
        mode: { type: 'string', enum: ['A', 'B'] },
        ports: { type: 'array', maxItems: 2, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['number'], items: { required: ['number'] } },
        labels: { type: 'object', maxProperties: 1, additionalProperties: { type: 'string' } },
        verify: { type: 'boolean', nullable: true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    })
    expect(crdSchemaOf(sample())).not.toHaveProperty('properties.mode.default')
    expect(crdSchemaOf(defaulted(int32(), 3, { inCrd: true }))).toEqual({ type: 'integer', format: 'int32', default: 3 })
  })

  it('is not changed by what another field says of a shared node', () => {
    withFacts(text(), { type: 'string', format: 'date-time' })
    expect(crdSchemaOf(text())).toEqual({ type: 'string' })
  })
})

describe('unknown fields', () => {
  it('are found at any depth, with the name that was probably meant', () => {
    const found = unknownFields(sample(), { hots: 'a', ports: [{ nmae: 'x' }, 'no object'], labels: { any: 'thing' }, free: { any: 1 }, zzz: null }, ['spec'])
    expect(found).toEqual([
      { path: ['spec', 'hots'], suggestion: 'host' },
      { path: ['spec', 'ports', 0, 'nmae'], suggestion: 'name' },
      { path: ['spec', 'zzz'] },
    ])
  })
})

it('a schema is made once', () => {
  let made = 0
  const value = once(() => ++made)
  expect([value(), value(), made]).toEqual([1, 1, 1])
})
