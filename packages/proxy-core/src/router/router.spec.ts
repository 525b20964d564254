import fc from 'fast-check'
import { expect, it } from 'vitest'
import { plainRequestHead } from '../codec/head/plain-heads.ts'
import { reportOn } from '../config/report.ts'
import type { RouteConfiguration } from '../config/wire.ts'
import { compilePerRoute } from '../http-filters/compile-filters.ts'
import { compileRoutes } from './compile-routes.ts'
import { findRoute, findVirtualHost, stripPort } from './match-route.ts'
import type { RouteTable } from './route-table.ts'

const compiled = (config: RouteConfiguration): RouteTable => {
  const report = reportOn('RouteConfiguration', 'r', [])
  const table = compileRoutes(config, report, { environment: { hostname: 'h', environment: () => undefined }, perFilter: compilePerRoute })
  expect(report.problems).toEqual([])
  return table
}

const label = fc.constantFrom('a', 'b', 'www', 'shop')
const host = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'))
const domains = fc.uniqueArray(fc.oneof(host, host.map((name) => `*.${name}`), host.map((name) => `${name}.*`), fc.constant('*')), { minLength: 1, maxLength: 6 })
const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 3 }).map((parts) => `/${parts.join('/')}`)
const match = fc.oneof(path.map((prefix) => ({ prefix })), path.map((exact) => ({ path: exact })), path.map((text) => ({ safeRegex: { regex: `${text}.*` } })))

it('is total and deterministic, and a virtual host of `*` leaves nobody without one', () => {
  fc.assert(fc.property(domains, fc.array(match, { minLength: 1, maxLength: 5 }), host, path, fc.double({ min: 0, max: 0.999, noNaN: true }), (names, matches, authority, target, random) => {
    const config: RouteConfiguration = { name: 'r', virtualHosts: names.map((domain, i) => ({ name: `v${i}`, domains: [domain], routes: matches.map((one, j) => ({ name: `${i}-${j}`, match: one, route: { cluster: 'c' } })) })) }
    const [one, two] = [compiled(config), compiled(config)]
    const choose = (table: RouteTable): string | undefined => {
      const found = findVirtualHost(table, authority)
      return found && findRoute(found, plainRequestHead({ method: 'GET', path: target, authority }), { random, metadata: undefined })?.name
    }
    expect(choose(one)).toBe(choose(one))
    expect(choose(one)).toBe(choose(two))
    if (names.includes('*')) expect(findVirtualHost(one, authority)).toBeDefined()
    if (names.includes(authority)) expect(findVirtualHost(one, authority)?.name).toBe(`v${names.indexOf(authority)}`)
  }))
})

it('takes the first route that matches, as a plain list would', () => {
  fc.assert(fc.property(fc.array(path, { minLength: 1, maxLength: 6 }), path, (prefixes, target) => {
    const table = compiled({ name: 'r', virtualHosts: [{ name: 'v', domains: ['*'], routes: prefixes.map((prefix, i) => ({ name: String(i), match: { prefix }, route: { cluster: 'c' } })) }] })
    const found = table.fallback && findRoute(table.fallback, plainRequestHead({ method: 'GET', path: target, authority: 'h' }), { random: 0, metadata: undefined })
    expect(found?.name).toBe(prefixes.findIndex((prefix) => target.startsWith(prefix)) < 0 ? undefined : String(prefixes.findIndex((prefix) => target.startsWith(prefix))))
  }))
})

it.each([['a:80', 'a'], ['a', 'a'], ['[::1]:80', '[::1]'], ['[::1]', '[::1]'], ['::1', '::1'], ['', '']])('strips the port of %s', (authority, name) => expect(stripPort(authority)).toBe(name))
