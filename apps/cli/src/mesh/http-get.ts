/** Asks a process of the mesh over loopback. */
import { request } from 'node:http'
import { noAnswer } from '../errors.ts'

/** Whom to ask, as shown in errors, and where. */
export interface LoopbackServer {
  readonly who: string
  readonly port: number
}

const TIMEOUT_MS = 10_000

/** The body and status of an answer. Dumps may be large, so there is no limit. @throws MeshError MESH0967 if nobody answers */
export function ask(server: LoopbackServer, method: 'GET' | 'POST', path: string): Promise<{ readonly status: number; readonly body: string }> {
  const failed = (why: string): Error => noAnswer(server.who, `127.0.0.1:${server.port}`, why)
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: server.port, method, path, agent: false, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }))
      response.on('error', (error) => reject(failed(error.message)))
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)))
    outgoing.on('error', (error) => reject(failed(error.message)))
    outgoing.end()
  })
}

/** The body of a good answer. @throws MeshError MESH0967 for another status */
export async function get(server: LoopbackServer, path: string): Promise<string> {
  const { status, body } = await ask(server, 'GET', path)
  if (status !== 200) throw noAnswer(server.who, `127.0.0.1:${server.port}${path}`, `status ${status} ${body.trim().slice(0, 200)}`)
  return body
}
