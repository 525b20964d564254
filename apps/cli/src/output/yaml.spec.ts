/** Our YAML says the same as the JSON it was made from. */
import { parseValues, DEFAULT_LIMITS } from '@istio-ts/api-types/yaml'
import { describe, expect, it } from 'vitest'
import { formatYaml } from './yaml.ts'

/** Texts that a careless writer would get wrong. */
const NASTY = ['', ' ', 'a b', ' a', 'a ', '1', '1.5', '0x1F', '0o17', '017', '1_000', '1e3', '.5', '-1', '+1', 'true', 'no', 'y', 'null', '~', '2026-01-02', '2026-01-02T03:04:05Z', '12:30:45', '*', '*.a', '&a', '!b', '- a', '-', '--', '---', '-a', '? a', ': a', ':a',
  'a: b', 'a:', 'a #b', '#a', 'a#b', "it's", '"', "'", '%a', '@a', '`a', '{}', '[]', '{a', ']', ',', '|', '>', 'a\nb', 'a\nb\n', 'a\n\n', '\n', '\na', ' a\nb', 'a\n b', 'a\r\nb', '\t', 'a\tb', 'ü', '\u0000', '\u007f', '\u2028', '\ufeff', '😀', '__proto__', '=', '<<', '.inf', '...', '{"a":1}', 'outbound|80||a.b']

const back = (value: unknown): unknown => {
  const parsed = parseValues(formatYaml(value), DEFAULT_LIMITS)
  if ('problem' in parsed) throw new Error(`${parsed.problem.reason} in ${formatYaml(value)}`)
  return parsed.value
}

describe('YAML', () => {
  it.each(NASTY)('keeps the text %j as value, item and key', (text) => {
    expect(back({ value: text, list: [text, [text]], map: { [text]: text }, nested: [{ a: text, b: [{ c: text }] }] })).toEqual({ value: text, list: [text, [text]], map: { [text]: text }, nested: [{ a: text, b: [{ c: text }] }] })
  })
  it.each([[], {}, [[]], [{}], { a: [] }, { a: {} }, null, 0, -1.5, true, [[1, [2]], [[3]]], [null, false], [{ a: [[{ b: 1 }]] }]])('keeps %j', (value) => {
    expect(back(value)).toEqual(value)
  })
  it('looks as kubectl prints it', () => {
    expect(formatYaml({ b: ['x', { d: '1', c: true }], a: { e: null } })).toBe('a:\n  e: null\nb:\n- x\n- c: true\n  d: "1"\n')
  })
})
