import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { netEngine, systemClock } from './node/index.ts'
import type { Proxy } from './proxy.ts'
import { assignment, edsCluster, hcm, httpFilter, listener, routes, staticCluster, to } from './testing/proxy/resources.ts'
import { configure, portOf, testProxy, updateOf, type TestProxy } from './testing/proxy/test-proxy.ts'

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

const ask = (port: number, path: string, options: http.RequestOptions & { body?: string } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, agent: false, timeout: 5000, ...options }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(options.body)
  })

describe('a proxy on the net engine', () => {
  const servers: http.Server[] = []
  let test: TestProxy
  let proxy: Proxy

  const origin = async (name: string, handler?: http.RequestListener): Promise<number> => {
    const server = http.createServer(handler ?? ((request, response) => response.end(JSON.stringify({ name, url: request.url, headers: request.headers }))))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }

  beforeEach(() => {
    test = testProxy({ engine: netEngine(), clock: systemClock() })
    proxy = test.proxy
  })

  afterEach(async () => {
    await proxy.stop()
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  })

  it('routes an HTTP/1.1 request through listener, route table and EDS cluster', async () => {
    const port = await origin('one')
    await configure(
      proxy,
      updateOf('cluster', [edsCluster('outbound|80||a')]),
      updateOf('endpoint', [assignment('outbound|80||a', [port])]),
      updateOf('listener', [listener('l', 0, [{ filters: [hcm({ rds: { routeConfigName: '80', configSource: { ads: {} } } })] }])]),
      updateOf('route', [routes('80', [to('outbound|80||a')])]),
    )
    const answer = await ask(portOf(proxy, 'l'), '/x?y=1', { headers: { host: 'a.example' } })
    expect(answer.status).toBe(200)
    const seen = JSON.parse(answer.body) as { url: string; headers: Record<string, string> }
    expect(seen.url).toBe('/x?y=1')
    expect(seen.headers['host']).toBe('a.example')
    expect(seen.headers['x-forwarded-proto']).toBe('http')
    expect(seen.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(answer.headers['server']).toBe('envoy')
    expect(answer.headers['x-envoy-upstream-service-time']).toMatch(/^\d+$/)
  })

  it('streams a posted body and reuses the upstream connection', async () => {
    let connections = 0
    const port = await origin('echo', (request, response) => request.pipe(response))
    servers.at(-1)?.on('connection', () => connections++)
    await configure(proxy, updateOf('cluster', [staticCluster('c', [port])]), updateOf('listener', [listener('l', 0, [{ filters: [hcm({ routeConfig: routes('r', [to('c')]) })] }])]))
    const body = 'x'.repeat(300_000)
    for (let i = 0; i < 3; i++) expect((await ask(portOf(proxy, 'l'), '/', { method: 'POST', body })).body.length).toBe(body.length)
    expect(connections).toBe(1)
    expect(proxy.upstream('c')?.stats.upstream_rq_2xx.value).toBe(3)
  })

  it('answers 404 NR without a route, 503 NC without a cluster, 503 UF when nobody listens', async () => {
    const dead = await origin('dead')
    const server = servers.pop()
    await new Promise((resolve) => server?.close(resolve))
    await configure(
      proxy,
      updateOf('cluster', [staticCluster('dead', [dead])]),
      updateOf('listener', [listener('l', 0, [{ filters: [hcm({ routeConfig: routes('r', [to('dead', '/dead'), to('nowhere', '/none')]), accessLog: [fileLog('%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_TRANSPORT_FAILURE_REASON%\n')] })] }])]),
    )
    const port = portOf(proxy, 'l')
    expect((await ask(port, '/x')).status).toBe(404)
    expect((await ask(port, '/none')).status).toBe(503)
    const failed = await ask(port, '/dead')
    expect(failed.status).toBe(503)
    expect(failed.body).toBe('upstream connect error or disconnect/reset before headers. reset reason: remote connection failure')
    expect(test.logs.get('/dev/stdout')).toBe([
      '404 NR route_not_found -',
      '503 NC cluster_not_found -',
      '503 UF upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused} delayed connect error: Connection refused',
      '',
    ].join('\n'))
  })

  it('retries on another host and counts the attempt', async () => {
    let calls = 0
    const bad = await origin('bad', (_request, response) => {
      calls++
      response.writeHead(503).end('no')
    })
    const good = await origin('good')
    await configure(
      proxy,
      updateOf('cluster', [staticCluster('c', [bad, good])]),
      updateOf('listener', [listener('l', 0, [{ filters: [hcm({ routeConfig: { name: 'r', virtualHosts: [{ name: 'v', domains: ['*'], includeRequestAttemptCount: true, routes: [to('c', '/', { retryPolicy: { retryOn: '5xx', numRetries: 3, retryBackOff: { baseInterval: '0.001s' }, retryHostPredicate: [{ name: 'envoy.retry_host_predicates.previous_hosts' }], hostSelectionRetryMaxAttempts: '5' } })] }] } })] }])]),
    )
    for (let i = 0; i < 4; i++) {
      const answer = await ask(portOf(proxy, 'l'), '/', { method: 'POST', body: 'again' })
      expect(answer.status).toBe(200)
      expect((JSON.parse(answer.body) as { name: string }).name).toBe('good')
    }
    expect(calls).toBeGreaterThan(0)
    expect(proxy.upstream('c')?.stats.upstream_rq_retry.value).toBe(calls)
    expect(proxy.upstream('c')?.activeRetries).toBe(0)
  })

  it('times out with 504 UT', async () => {
    const port = await origin('slow', () => undefined)
    await configure(proxy, updateOf('cluster', [staticCluster('c', [port])]), updateOf('listener', [listener('l', 0, [{ filters: [hcm({ routeConfig: routes('r', [to('c', '/', { timeout: '0.05s' })]) })] }])]))
    const answer = await ask(portOf(proxy, 'l'), '/')
    expect([answer.status, answer.body]).toEqual([504, 'upstream request timeout'])
  })

  it('denies by RBAC with the policy in the details', async () => {
    const port = await origin('one')
    const rbac = httpFilter('envoy.filters.http.rbac', 'envoy.extensions.filters.http.rbac.v3.RBAC', { rules: { action: 'DENY', policies: { 'ns[default]-policy[no]-rule[0]': { permissions: [{ urlPath: { path: { prefix: '/admin' } } }], principals: [{ any: true }] } } } })
    await configure(proxy, updateOf('cluster', [staticCluster('c', [port])]), updateOf('listener', [listener('l', 0, [{ filters: [hcm({ normalizePath: true, httpFilters: [rbac], routeConfig: routes('r', [to('c')]), accessLog: [fileLog('%RESPONSE_CODE_DETAILS%\n')] })] }])]))
    const denied = await ask(portOf(proxy, 'l'), '/x/../admin/panel')
    expect([denied.status, denied.body]).toEqual([403, 'RBAC: access denied'])
    expect((await ask(portOf(proxy, 'l'), '/user')).status).toBe(200)
    expect(test.logs.get('/dev/stdout')).toBe('rbac_access_denied_matched_policy[ns[default]-policy[no]-rule[0]]\nvia_upstream\n')
  })

  it('refuses an update whole, and goes on with what it has', async () => {
    const port = await origin('one')
    await configure(proxy, updateOf('cluster', [staticCluster('c', [port])]), updateOf('listener', [listener('l', 0, [{ filters: [hcm({ routeConfig: routes('r', [to('c')]) })] }])]))
    const problems = proxy.apply(updateOf('listener', [
      listener('other', 0, [{ filters: [hcm({ routeConfig: routes('r', [to('c')]) })] }]),
      listener('l', 0, [{ filters: [hcm({ httpFilters: [httpFilter('envoy.filters.http.unheard_of', 'x.Unheard', {})], routeConfig: routes('r', [to('c')]) })] }]),
    ]))
    expect(problems.map((problem) => problem.code)).toEqual(['MESH0710'])
    expect([...proxy.listeners.keys()]).toEqual(['l'])
    expect((await ask(portOf(proxy, 'l'), '/')).status).toBe(200)
  })
})

const fileLog = (format: string): object => ({ name: 'envoy.access_loggers.file', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog', path: '/dev/stdout', logFormat: { textFormatSource: { inlineString: format } } } })
