/** The load: wrk with the headers of a mesh's request. */
import { HOST } from './mesh-config.ts'
import { output } from './processes.ts'
import type { Tools } from './tools.ts'

/** Nine headers beside Host, as in reference measurements. */
export const HEADERS: Readonly<Record<string, string>> = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', Accept: 'application/json, text/plain, */*', 'Accept-Encoding': 'gzip, deflate, br', 'Accept-Language': 'en-US,en;q=0.9',
  'X-Request-Id': '8f3f2d3c-6f53-4d6e-9f0b-0a5a6f7d2c11', 'X-B3-TraceId': '463ac35c9f6413ad48485a3953bb6124', 'X-B3-SpanId': 'a2fb4a1d1a96d312', 'X-B3-Sampled': '1', Cookie: 'session=abcdef0123456789; theme=dark',
}

/** The path asked for. */
export const PATH = '/api/v1/items/42?q=abc'

/** Requests done. @throws Error if any of them failed: figures of failures mean nothing */
export async function wrk(tools: Tools, port: number, connections: number, seconds: number): Promise<number> {
  const headers = Object.entries({ Host: HOST, ...HEADERS }).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const text = await output('load', tools.wrk, ['-t1', `-c${connections}`, `-d${seconds}s`, ...headers, `http://127.0.0.1:${port}${PATH}`])
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`requests failed: ${text}`)
  return Number(/(\d+) requests in/.exec(text)?.[1] ?? 0)
}

/** Requests done over HTTP/2 with prior knowledge. @throws Error if any of them failed */
export async function h2load(tools: Tools, port: number, connections: number, streams: number, seconds: number): Promise<number> {
  const headers = Object.entries(HEADERS).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const text = await output('load', tools.h2load, ['-t1', `-c${connections}`, `-m${streams}`, `-D${seconds}`, '-H', `:authority: ${HOST}`, ...headers, `http://127.0.0.1:${port}${PATH}`])
  const [, done = '0', failed = '0'] = /(\d+) succeeded, (\d+) failed/.exec(text) ?? []
  const ok = Number(/status codes: (\d+) 2xx/.exec(text)?.[1] ?? 0)
  if (failed !== '0' || Number(done) === 0 || ok < Number(done)) throw new Error(`requests failed: ${text}`)
  return Number(done)
}
