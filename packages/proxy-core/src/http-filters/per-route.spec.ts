/** Which filters a request passes; the same cases against a real Envoy are in e2e/interop/route-filters.spec.ts. */
import { describe, expect, it } from 'vitest'
import { decode, encode } from '@istio-ts/api-types/envoy'
import { reportOn, type Report } from '../config/report.ts'
import type { Any } from '../config/wire.ts'
import { FilterChain } from '../http/filter-chain.ts'
import { compilePerFilter, NO_SETTINGS, type RouteDeps } from '../router/per-filter.ts'
import type { FilterSettings } from '../router/route-table.ts'
import { compilePerRoute } from './compile-filters.ts'

const deps: RouteDeps = { environment: { hostname: 'h', environment: () => undefined }, perFilter: compilePerRoute }
const setting = (value: object): Any => ({ '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', ...value })
const fault = (httpStatus: number): Any => ({ '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault', abort: { httpStatus } })
const OFF = setting({ disabled: true })
const ON = setting({ config: { '@type': '' } })

const report = (): Report => reportOn('RouteConfiguration', 'r', [])
/** Levels from the table inwards. */
const levels = (...configs: readonly Readonly<Record<string, Any>>[]): FilterSettings => {
  const into = report()
  const settings = configs.reduce((around: FilterSettings, config, i) => compilePerFilter(config, around, `level[${i}]`, into, deps), NO_SETTINGS)
  expect(into.problems).toEqual([])
  return settings
}
const chain = new FilterChain([{ filter: { name: 'a' }, on: true }, { filter: { name: 'b' }, on: false }, { filter: { name: 'c' }, on: true }])
const passed = (settings: FilterSettings): string => chain.select(settings.switches).map(({ name }) => name).join('')

describe('the filters that a request passes', () => {
  it('are those that are on, where no route speaks of them', () => {
    expect(passed(levels({}))).toBe('ac')
    expect(levels({})).toBe(NO_SETTINGS)
  })

  it('are fewer where a route switches one off, and more where it switches one on or configures it', () => {
    expect(passed(levels({ a: OFF }))).toBe('c')
    expect(passed(levels({ b: ON }))).toBe('abc')
    expect(passed(levels({ b: fault(400) }))).toBe('abc')
  })

  it('are what the innermost level says', () => {
    expect(passed(levels({ a: OFF, b: ON }, { b: OFF }))).toBe('c')
    expect(passed(levels({ a: OFF }, {}, { a: ON }))).toBe('ac')
  })

  it('know the configuration of the innermost level that has one', () => {
    expect(levels({ a: fault(400) }, { a: ON }).configs.get('a')).toMatchObject({ abortStatus: 400 })
    expect(levels({ a: fault(400) }, { a: setting({ config: fault(401) }) }).configs.get('a')).toMatchObject({ abortStatus: 401 })
  })

  it('are selected once for each set of switches', () => {
    const { switches } = levels({ a: OFF })
    expect(chain.select(switches)).toBe(chain.select(switches))
  })
})

describe('a FilterConfig', () => {
  it('that says nothing is refused; one that is optional may be of a type that nobody knows', () => {
    const into = report()
    expect(compilePerRoute('a', setting({}), 'at', into)).toBeUndefined()
    expect(into.problems.map(({ code }) => code)).toEqual(['MESH0711'])
    const unknown: Any = { '@type': 'type.googleapis.com/some.Thing' }
    const again = report()
    expect(compilePerRoute('a', setting({ config: unknown, isOptional: true }), 'at', again)).toBeUndefined()
    expect(again.problems).toEqual([])
    compilePerRoute('a', setting({ config: unknown }), 'at', again)
    expect(again.problems.map(({ code }) => code)).toEqual(['MESH0710'])
  })

  it('keeps an empty configuration apart from none over the wire', () => {
    const over = (value: object): object => decode('envoy.config.route.v3.FilterConfig', encode('envoy.config.route.v3.FilterConfig', value))
    expect(compilePerRoute('a', setting(over({ config: { '@type': '' } })), 'at', report())).toEqual({ on: true })
    expect(compilePerRoute('a', setting(over({ disabled: true })), 'at', report())).toEqual({ on: false })
  })
})
