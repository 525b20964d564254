// Tells the time. ?wait=<ms> lets it think first.
import { createServer } from 'node:http'

createServer((request, response) => {
  const wait = Number(new URL(request.url, 'http://clock').searchParams.get('wait') ?? 0)
  setTimeout(() => response.end(new Date().toISOString()), wait)
}).listen(Number(process.env.PORT), '127.0.0.1')
