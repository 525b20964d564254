/** Asks a process on loopback whether it is ready. */
import { request } from 'node:http'
import { connect } from 'node:net'
import type { LaunchCheck } from '../launch/launch-plan.ts'

/** True if the check holds within `timeoutMs`. */
export function holds(check: LaunchCheck, timeoutMs: number): Promise<boolean> {
  switch (check.kind) {
    case 'none': return Promise.resolve(true)
    case 'tcp': return accepts(check.port, timeoutMs)
    case 'http': return httpGet(check.port, check.path, timeoutMs).then(({ status }) => status >= 200 && status < 400)
  }
}

function accepts(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const done = (ok: boolean): void => {
      socket.destroy()
      resolve(ok)
    }
    socket.setTimeout(timeoutMs, () => done(false))
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
  })
}

/** GET on loopback; status 0 if there was no answer in time. Bodies beyond 4 MiB are cut. */
export function httpGet(port: number, path: string, timeoutMs: number): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, path, agent: false, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= 4 << 20) chunks.push(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      response.on('error', () => resolve({ status: 0, body: '' }))
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => resolve({ status: 0, body: '' }))
    outgoing.end()
  })
}
