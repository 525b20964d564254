/** Our proxy and a real Envoy, side by side with the same configuration, each with an origin of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import { envoyBinary } from '../local/peers.ts'
import { ALL_VARIANTS, clusters, listener, type Json, type Variant } from './configuration.ts'
import { launchEnvoy } from './envoy-process.ts'
import { playFrames, type FramesRecord, type FrameStep } from './frames-client.ts'
import { H2_OK, H2Origin, type H2Answer, type H2Request } from './h2-origin.ts'
import { comparable, type Outcome } from './outcome.ts'
import { startOurProxy } from './our-proxy.ts'
import { playClient, type Step } from './raw-client.ts'
import { OK, RawOrigin, type Act, type OriginScript } from './raw-origin.ts'

/** What every question may say of its surroundings. */
interface Surroundings {
  /** What the origin answers to the first request, or the whole script; default 200 `ok`. */
  readonly origin?: readonly Act[] | OriginScript
  /** What the origin of `/h2` answers; default 200 `ok`. */
  readonly h2?: H2Answer
  readonly listener?: Variant
  /** Time to wait after the last answer, ms. */
  readonly settleMs?: number
}

/** One row's question. */
export interface Question extends Surroundings {
  readonly send: readonly Step[]
  /** Final answers to wait for; default 1. */
  readonly answers?: number
}

/** A question in frames. */
export interface FramesQuestion extends Surroundings {
  readonly frames: readonly FrameStep[]
  /** Streams whose end is waited for; default stream 1. */
  readonly wait?: readonly number[]
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
    const ours = await startSide('log', (listeners, clusters_) => startOurProxy(listeners, clusters_))
    const envoy = await startSide(join(folder, 'access.log'), (listeners, clusters_, port) => launchEnvoy(envoyPath, folder, listeners, clusters_, port))
    return new TwoProxies(ours, envoy, folder)
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

/** Asks one; the outcome of its client is `play`'s. */
async function askSide<Client>(side: Side, { listener: variant = 'sidecar', origin: script, h2: answer = H2_OK }: Surroundings, play: (port: number) => Promise<Client>) {
  const port = side.ports.get(variant) ?? 0
  const before = side.log().length
  side.origin.begin(scriptOf(script))
  side.h2.begin(answer)
  const client = await play(port)
  // Until the proxy has passed on what the client did.
  await wait(40)
  const h2 = side.h2.end()
  const origin = side.origin.end()
  await wait(35)
  return { port, client, origin, h2, log: side.log().slice(before).split('\n').filter((line) => line !== '') }
}

async function askOne(side: Side, question: Question): Promise<Outcome> {
  const { port, client, origin, log, h2 } = await askSide(side, question, (to) => playClient(to, question.send, question.answers ?? 1, question.settleMs))
  return comparable(client, origin, log, port, h2)
}

async function askFrames(side: Side, question: FramesQuestion): Promise<FramesOutcome> {
  const { port, client, origin, log, h2 } = await askSide(side, question, (to) => playFrames(to, question.frames, question.wait ?? [1], question.settleMs))
  const plain = comparable({ responses: [], rest: '', ended: 'open' }, origin, log, port)
  return { client, origin: plain.origin, h2, log: plain.log }
}

const scriptOf = (origin: readonly Act[] | OriginScript | undefined): OriginScript => (origin === undefined ? { answers: [[OK]] } : isScript(origin) ? origin : { answers: [origin] })

const isScript = (origin: readonly Act[] | OriginScript): origin is OriginScript => 'answers' in origin

/** Starts a proxy by `launch`, with all listeners, and its origins. */
async function startSide(log: string, launch: (listeners: readonly Json[], clusters_: readonly Json[], port: number) => Promise<{ log(): string; stop(): Promise<void> }>): Promise<Side> {
  const [origin, h2] = [new RawOrigin(), new H2Origin()]
  const [port, h2Port, ports] = [await origin.listen(), await h2.listen(), await freePorts(ALL_VARIANTS.length)]
  const proxy = await launch(ALL_VARIANTS.map((variant, i) => listener(variant, ports[i] ?? 0, log)), clusters(port, h2Port, CLOSED_PORT), ports[0] ?? 0)
  return {
    ports: new Map(ALL_VARIANTS.map((variant, i) => [variant, ports[i] ?? 0])), origin, h2, log: () => proxy.log(),
    stop: async () => {
      await proxy.stop()
      origin.close()
      h2.close()
    },
  }
}

/** The pair for the cases of a `describe`: started before them, stopped after. */
export function twoProxies(): () => TwoProxies {
  let pair: TwoProxies
  beforeAll(async () => void (pair = await TwoProxies.start(envoyBinary() ?? '')))
  afterAll(() => pair[Symbol.asyncDispose]())
  return () => pair
}
