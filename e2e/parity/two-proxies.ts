/** Our proxy and a real Envoy, side by side with the same configuration, each with an origin of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALL_VARIANTS, clusters, listener, type Json, type Variant } from './configuration.ts'
import { playFrames, type FramesRecord, type FrameStep } from './frames-client.ts'
import { H2_OK, H2Origin, type H2Answer, type H2Request } from './h2-origin.ts'
import { comparable, type Outcome } from './outcome.ts'
import { freePorts, startOurProxy } from './our-proxy.ts'
import { playClient, type Step } from './raw-client.ts'
import { OK, RawOrigin, type Act, type OriginScript } from './raw-origin.ts'

/** One row's question. */
export interface Question {
  readonly send: readonly Step[]
  /** Final answers to wait for; default 1. */
  readonly answers?: number
  /** What the origin answers to the first request, or the whole script; default 200 `ok`. */
  readonly origin?: readonly Act[] | OriginScript
  /** What the origin of `/h2` answers; default 200 `ok`. */
  readonly h2?: H2Answer
  readonly listener?: Variant
  /** Time to wait after the last answer, ms. */
  readonly settleMs?: number
}

/** A question in frames. */
export interface FramesQuestion {
  readonly frames: readonly FrameStep[]
  /** Streams whose end is waited for; default stream 1. */
  readonly wait?: readonly number[]
  readonly origin?: readonly Act[] | OriginScript
  readonly h2?: H2Answer
  readonly listener?: Variant
  readonly settleMs?: number
}

/** What a question in frames gave. */
export interface FramesOutcome {
  readonly client: FramesRecord
  readonly origin: Outcome['origin']
  readonly h2: readonly H2Request[]
  readonly log: readonly string[]
}

/** One proxy under test. */
interface Side {
  readonly name: 'ours' | 'envoy'
  readonly ports: ReadonlyMap<Variant, number>
  readonly origin: RawOrigin
  readonly h2: H2Origin
  log(): string
  stop(): Promise<void>
}

/** Nobody listens there, whatever else runs on the machine: a free port would soon be somebody's. */
const CLOSED_PORT = 1

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The pair. */
export class TwoProxies {
  readonly ours: Side
  readonly envoy: Side
  readonly #folder: string

  private constructor(ours: Side, envoy: Side, folder: string) {
    this.ours = ours
    this.envoy = envoy
    this.#folder = folder
  }

  static async start(envoyPath: string): Promise<TwoProxies> {
    const folder = mkdtempSync(join(tmpdir(), 'istio-ts-parity-'))
    return new TwoProxies(await startOurs(), await startEnvoy(envoyPath, folder), folder)
  }

  /** Asks both the same. */
  async ask(question: Question): Promise<{ readonly ours: Outcome; readonly envoy: Outcome }> {
    const [ours, envoy] = await Promise.all([askOne(this.ours, question), askOne(this.envoy, question)])
    return { ours, envoy }
  }

  /** Asks both the same, in frames. */
  async askFrames(question: FramesQuestion): Promise<{ readonly ours: FramesOutcome; readonly envoy: FramesOutcome }> {
    const [ours, envoy] = await Promise.all([askFrames(this.ours, question), askFrames(this.envoy, question)])
    return { ours, envoy }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.ours.stop(), this.envoy.stop()])
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function askOne(side: Side, question: Question): Promise<Outcome> {
  const port = side.ports.get(question.listener ?? 'sidecar') ?? 0
  const before = side.log().length
  side.origin.begin(scriptOf(question.origin))
  side.h2.begin(question.h2 ?? H2_OK)
  const client = await playClient(port, question.send, question.answers ?? 1, question.settleMs)
  // Until the proxy has passed on what the client did.
  await wait(40)
  const h2 = side.h2.end()
  const origin = side.origin.end()
  await wait(35)
  return comparable(client, origin, side.log().slice(before).split('\n').filter((line) => line !== ''), port, h2)
}

async function askFrames(side: Side, question: FramesQuestion): Promise<FramesOutcome> {
  const port = side.ports.get(question.listener ?? 'sidecar') ?? 0
  const before = side.log().length
  side.origin.begin(scriptOf(question.origin))
  side.h2.begin(question.h2 ?? H2_OK)
  const client = await playFrames(port, question.frames, question.wait ?? [1], question.settleMs)
  await wait(40)
  const h2 = side.h2.end()
  const origin = side.origin.end()
  await wait(35)
  const plain = comparable({ responses: [], rest: '', ended: 'open' }, origin, side.log().slice(before).split('\n').filter((line) => line !== ''), port)
  return { client, origin: plain.origin, h2, log: plain.log }
}

const scriptOf = (origin: readonly Act[] | OriginScript | undefined): OriginScript => (origin === undefined ? { answers: [[OK]] } : isScript(origin) ? origin : { answers: [origin] })

const isScript = (origin: readonly Act[] | OriginScript): origin is OriginScript => 'answers' in origin

async function startOurs(): Promise<Side> {
  const [origin, h2] = [new RawOrigin(), new H2Origin()]
  const [port, h2Port, ports] = [await origin.listen(), await h2.listen(), await freePorts(ALL_VARIANTS.length)]
  const proxy = await startOurProxy(ALL_VARIANTS.map((variant, i) => listener(variant, ports[i] ?? 0, 'log')), clusters(port, h2Port, CLOSED_PORT))
  return {
    name: 'ours', ports: new Map(ALL_VARIANTS.map((variant, i) => [variant, ports[i] ?? 0])), origin, h2, log: () => proxy.log(),
    stop: async () => {
      await proxy.stop()
      origin.close()
      h2.close()
    },
  }
}

/** A running Envoy. */
export interface RunningEnvoy {
  log(): string
  stop(): Promise<void>
}

/** Starts an Envoy with static resources and waits until its port accepts. @throws Error with what it wrote if it does not start */
export async function launchEnvoy(path: string, folder: string, listeners: readonly Json[], clusters_: readonly Json[], port: number): Promise<RunningEnvoy> {
  const log = join(folder, 'access.log')
  const config = join(folder, 'envoy.json')
  writeFileSync(config, JSON.stringify({ node: { id: 'parity', cluster: 'parity' }, staticResources: { listeners, clusters: clusters_ } }))
  const child: ChildProcess = spawn(path, ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error', '--file-flush-interval-msec', '10', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr?.on('data', (data: Buffer) => (errors = `${errors}${data.toString()}`.slice(-2000)))
  const stop = async (): Promise<void> => {
    const exit = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await exit
  }
  const until = Date.now() + 20_000
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > until) {
      if (child.exitCode === null) await stop()
      throw new Error(`Envoy does not listen: ${errors}`)
    }
    await wait(25)
  }
  return { log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''), stop }
}

async function startEnvoy(path: string, folder: string): Promise<Side> {
  const [origin, h2] = [new RawOrigin(), new H2Origin()]
  const [port, h2Port, ports] = [await origin.listen(), await h2.listen(), await freePorts(ALL_VARIANTS.length)]
  const log = join(folder, 'access.log')
  const envoy = await launchEnvoy(path, folder, ALL_VARIANTS.map((variant, i) => listener(variant, ports[i] ?? 0, log)), clusters(port, h2Port, CLOSED_PORT), ports[0] ?? 0)
  return {
    name: 'envoy', ports: new Map(ALL_VARIANTS.map((variant, i) => [variant, ports[i] ?? 0])), origin, h2, log: () => envoy.log(),
    stop: async () => {
      await envoy.stop()
      origin.close()
      h2.close()
    },
  }
}

const accepts = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect({ host: '127.0.0.1', port })
  const done = (open: boolean): void => {
    socket.destroy()
    resolve(open)
  }
  socket.once('connect', () => done(true)).once('error', () => done(false))
})
