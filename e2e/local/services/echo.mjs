// Answers every request with what arrived, as JSON: who was asked, by which method, path and headers. Knows nothing of the mesh.
import http from 'node:http'

const { SERVICE = 'echo', VERSION = 'v1', PORT } = process.env

const server = http.createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (part) => (body += part))
  request.on('end', () => {
    const url = new URL(request.url, 'http://localhost')
    const status = Number(url.searchParams.get('status') ?? 200)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ service: SERVICE, version: VERSION, pid: process.pid, method: request.method, path: request.url, headers: request.headers, body, env: url.pathname === '/env' ? process.env : undefined }))
  })
})
server.listen(Number(PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
