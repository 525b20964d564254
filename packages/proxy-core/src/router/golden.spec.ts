/** Routing as a stranger may read it: a table, requests, and where each goes. Update with GOLDEN_UPDATE=1. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromJson } from '@istio-ts/api-types/envoy'
import { expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { plainRequestHead } from '../codec/head/plain-heads.ts'
import { reportOn } from '../config/report.ts'
import { compilePerRoute } from '../http-filters/compile-filters.ts'
import { compileRoutes } from './compile-routes.ts'
import { findRoute, findVirtualHost } from './match-route.ts'
import { redirectLocation, rewritePath } from './rewrite.ts'
import type { CompiledRoute } from './route-table.ts'

interface Ask {
  readonly method?: string
  readonly host: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly random?: number
}

const folder = join(import.meta.dirname, 'testdata')

const describeRoute = (route: CompiledRoute, ask: Ask): unknown => {
  const { action } = route
  const name = { virtualHost: route.virtualHost.name, route: route.name }
  switch (action.kind) {
    case 'forward': return {
      ...name,
      cluster: action.target.kind === 'cluster' ? action.target.name : action.target.kind === 'weighted' ? action.target.choices.map((choice) => `${choice.name}=${choice.weight}`).join(' ') : `header ${action.target.header}`,
      ...(action.rewrite ? { path: rewritePath(ask.path, route.match, action.rewrite) } : {}),
      ...(route.from === '' ? {} : { from: route.from }),
    }
    case 'redirect': return { ...name, status: action.code, location: redirectLocation(action, route.match, head(ask), 'http') }
    case 'direct': return { ...name, status: action.status }
    case 'none': return { ...name, status: 404 }
  }
}

const head = (ask: Ask): ReturnType<typeof plainRequestHead> => plainRequestHead({ method: ask.method ?? 'GET', path: ask.path, authority: ask.host, fields: Object.entries(ask.headers ?? {}) })

for (const slug of readdirSync(folder)) {
  it(slug.replaceAll('-', ' '), () => {
    const input = parse(readFileSync(join(folder, slug, 'in.yaml'), 'utf8')) as { table: unknown; requests: readonly Ask[] }
    const { value, problems } = fromJson('envoy.config.route.v3.RouteConfiguration', input.table)
    expect(problems).toEqual([])
    const report = reportOn('RouteConfiguration', slug, [])
    const table = compileRoutes(value, report, { environment: { hostname: 'test', environment: () => undefined }, perFilter: compilePerRoute })
    const seen = {
      problems: report.problems.map((problem) => `${problem.code} ${problem.path ?? ''}`),
      requests: input.requests.map((ask) => {
        const host = findVirtualHost(table, ask.host)
        const route = host && findRoute(host, head(ask), { random: ask.random ?? 0.5, metadata: undefined })
        return { ask: `${ask.method ?? 'GET'} ${ask.host}${ask.path}`, goes: route ? describeRoute(route, ask) : 'nowhere' }
      }),
    }
    const out = join(folder, slug, 'out.yaml')
    if (process.env['GOLDEN_UPDATE'] === '1') writeFileSync(out, stringify(seen, { lineWidth: 0 }))
    expect(seen).toEqual(parse(readFileSync(out, 'utf8')))
  })
}
