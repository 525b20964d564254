// What the four services share: serving JSON, and calling others through HTTP_PROXY as curl and Python do. They know nothing of the mesh.
import http from 'node:http'

/** Headers that a service passes on, so that a request can be followed and routed by its user. */
const PASSED_ON = ['x-request-id', 'end-user', 'traceparent', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-demo-id', 'user-agent']

/** Serves `handle(request) -> {status, body}` on $PORT. */
export function serve(name, handle) {
  const server = http.createServer(async (request, response) => {
    try {
      const { status = 200, body, type = 'application/json' } = await handle(request, new URL(request.url, 'http://localhost'))
      response.writeHead(status, { 'content-type': type })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    } catch (error) {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: error.message }))
    }
  })
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`${name} listens on 127.0.0.1:${process.env.PORT}`))
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0))
    server.closeIdleConnections()
    setTimeout(() => process.exit(0), 1000).unref()
  })
}

const agent = new http.Agent({ keepAlive: true })

/** GET http://<host>:<port><path>, through the HTTP proxy if one is set. Never throws for a status. */
export function get(url, incoming) {
  const target = new URL(url)
  const proxy = process.env.http_proxy ? new URL(process.env.http_proxy) : undefined
  const headers = { host: target.host }
  for (const name of PASSED_ON) if (incoming.headers[name] !== undefined) headers[name] = incoming.headers[name]
  return new Promise((resolve, reject) => {
    const request = http.get({
      agent, headers, host: (proxy ?? target).hostname, port: (proxy ?? target).port || 80, path: proxy ? target.href : `${target.pathname}${target.search}`, timeout: 10_000,
    }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode, json: parse(text), text }))
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error(`${url} did not answer in time`)))
    request.on('error', reject)
  })
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
