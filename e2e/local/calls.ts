/** Ways by which programs call through the mesh: curl, a gRPC client, plain sockets; each with a deadline. */
import { connect } from 'node:net'
import * as grpc from '@grpc/grpc-js'
import { run } from './run.ts'

/** An HTTP answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Milliseconds. */
  readonly took: number
}

/** What the echo service answers. */
export interface Echo {
  readonly service: string
  readonly version: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Calls by curl; with `proxy` (`host:port`) in absolute form. */
export async function curl(url: string, options: { readonly proxy?: string; readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly data?: string; readonly args?: readonly string[] } = {}): Promise<Answer> {
  const begin = performance.now()
  const { code, stdout, stderr } = await run('curl', [
    '-sS', '-i', '-m', '15', ...(options.proxy ? ['-x', `http://${options.proxy}`, '--noproxy', ''] : ['--noproxy', '*']), ...(options.method ? ['-X', options.method] : []),
    ...Object.entries(options.headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), ...(options.data === undefined ? [] : ['--data-binary', options.data]), ...(options.args ?? []), url,
  ])
  if (code !== 0) throw new Error(`curl ${url} ended with ${code}: ${stderr}`)
  return { ...parseAnswer(stdout), took: performance.now() - begin }
}

/** The last answer in curl's output: the ones before it are those of CONNECT and 100. */
function parseAnswer(text: string): Omit<Answer, 'took'> {
  let rest = text
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    const [start = '', ...lines] = rest.slice(0, end).split('\r\n')
    const body = rest.slice(end + 4)
    const status = Number(start.split(' ')[1])
    if (body.startsWith('HTTP/') && (status < 200 || /established/i.test(start) || lines.every((line) => !/^(content-length|transfer-encoding):/i.test(line)))) {
      rest = body
      continue
    }
    const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
    return { status, headers, body }
  }
}

/** The echo service's answer. */
export const echoed = (answer: Pick<Answer, 'body'>): Echo => JSON.parse(answer.body) as Echo

/** Calls `count` times and counts the versions that answered. */
export async function versions(count: number, call: () => Promise<Answer>): Promise<Readonly<Record<string, number>>> {
  const seen: Record<string, number> = {}
  for (let i = 0; i < count; i++) {
    const { version } = echoed(await call())
    seen[version] = (seen[version] ?? 0) + 1
  }
  return seen
}

/** Sends a line over TCP and gives what comes back first. */
export function tcpLine(address: string, line: string): Promise<string> {
  const [host = '', port = ''] = address.split(':')
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) }, () => socket.write(line))
    socket.setTimeout(5000, () => socket.destroy(new Error(`${address} did not answer`)))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString())
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`${address} closed`)))
  })
}

const bytes = (value: Buffer): Buffer => value

/** A gRPC client of the greeter at a target; `options` as grpc-js takes them. */
export function greeter(target: string, options: grpc.ClientOptions = {}): { hello(name: string): Promise<string>; count(): Promise<readonly string[]>; fail(): Promise<grpc.ServiceError>; close(): void } {
  const client = new grpc.Client(target, grpc.credentials.createInsecure(), options)
  const deadline = (): { deadline: number } => ({ deadline: Date.now() + 8000 })
  return {
    hello: (name) => new Promise((resolve, reject) => {
      client.makeUnaryRequest('/greeter.Greeter/Hello', bytes, bytes, Buffer.from(name), deadline(), (error, answer) => (error ? reject(error) : resolve(String(answer))))
    }),
    count: () => new Promise((resolve, reject) => {
      const answers: string[] = []
      const stream = client.makeServerStreamRequest('/greeter.Greeter/Count', bytes, bytes, Buffer.alloc(0), deadline())
      stream.on('data', (answer: Buffer) => void answers.push(answer.toString()))
      stream.on('end', () => resolve(answers))
      stream.on('error', reject)
    }),
    fail: () => new Promise((resolve, reject) => {
      client.makeUnaryRequest('/greeter.Greeter/Fail', bytes, bytes, Buffer.alloc(0), deadline(), (error) => (error ? resolve(error) : reject(new Error('it did not fail'))))
    }),
    close: () => client.close(),
  }
}
