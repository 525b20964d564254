/** ADS over real sockets on loopback, with a plain @grpc/grpc-js client and with our own. */
import { Client, credentials, type ClientDuplexStream } from '@grpc/grpc-js'
import { manualClock } from '@istio-ts/foundation'
import { silentTelemetry } from '@istio-ts/telemetry'
import { afterEach, describe, expect, it } from 'vitest'
import { bundlesOf, contentOf, type World } from '../testing/mesh-in-memory.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, formatDeltaRequest, formatSotwRequest, parseDeltaResponse, parseSotwResponse, SECRET_TYPE, snapshotStore, xdsClient, xdsServer, type Delivered, type ReceivedResponse, type Snapshot, type XdsClient, type XdsClientConnection, type XdsServer } from '../index.ts'
import { addAdsService, adsDefinition, dialAds, openGrpcPort, uriNames, type GrpcPort } from './index.ts'

/** An encoded Node with id `sidecar~1~p.ns~d`. */
const node = Uint8Array.from([0x0a, 16, ...new TextEncoder().encode('sidecar~1~p.ns~d')])
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

interface Running {
  readonly port: GrpcPort
  readonly xds: XdsServer
  readonly clients: XdsClient[]
  publish(world: World): void
}

async function start(first: World, options: { readonly port?: number; readonly refuse?: boolean } = {}): Promise<Running> {
  const store = snapshotStore()
  const listeners = new Set<() => void>()
  const clients: XdsClient[] = []
  let snapshot: Snapshot = store.build(bundlesOf(first))
  const xds = xdsServer({
    clock: manualClock(),
    telemetry: silentTelemetry(),
    feeds(client) {
      clients.push(client)
      if (options.refuse === true) return { refused: 'permission-denied', detail: 'not you' }
      return {
        current: () => snapshot,
        onChange(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
        onDemand: (typeUrl) => (typeUrl === 'istio.io/debug' ? [{ name: 'syncz', version: '1', bytes: new TextEncoder().encode('{}'), provenance: [] }] : undefined),
      }
    },
  })
  const port = await openGrpcPort({ host: '127.0.0.1', port: options.port ?? 0 }, (server) => addAdsService(server, xds, 'plaintext'))
  closers.push(() => port.close())
  return {
    port, xds, clients,
    publish(world) {
      snapshot = store.build(bundlesOf(world), snapshot)
      for (const listener of listeners) listener()
    },
  }
}

/** A plain client: what it gets, in order. */
function plain(port: number, variant: 'DeltaAggregatedResources' | 'StreamAggregatedResources') {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  const { path, requestSerialize, responseDeserialize } = adsDefinition[variant]
  const call: ClientDuplexStream<Uint8Array, Uint8Array> = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
  closers.push(() => {
    call.on('error', () => undefined)
    call.cancel()
    client.close()
  })
  const waiting: ((bytes: Uint8Array) => void)[] = []
  const got: Uint8Array[] = []
  call.on('data', (bytes: Uint8Array) => (waiting.shift() ?? ((late) => got.push(late)))(bytes))
  const failed = new Promise<Error>((resolve) => call.on('error', resolve))
  const next = (): Promise<Uint8Array> => new Promise((resolve) => {
    const early = got.shift()
    if (early) resolve(early)
    else waiting.push(resolve)
  })
  return { call, next, failed }
}

const delta = (typeUrl: string, more: Partial<Parameters<typeof formatDeltaRequest>[0]> = {}) =>
  formatDeltaRequest({ typeUrl, nonce: '', subscribe: [], unsubscribe: [], initialVersions: new Map(), ...more })
const names = (response: ReceivedResponse) => response.resources.map(({ name }) => name).sort()

describe('delta', () => {
  it('sends everything once, then only what changed', async () => {
    const server = await start({ [CLUSTER_TYPE]: { 'a/1': 'v1', 'b/1': 'v1' } })
    const { call, next } = plain(server.port.port, 'DeltaAggregatedResources')
    call.write(delta(CLUSTER_TYPE, { node }))
    const first = parseDeltaResponse(await next())
    expect(names(first)).toEqual(['a/1', 'b/1'])
    call.write(delta(CLUSTER_TYPE, { nonce: first.nonce }))
    server.publish({ [CLUSTER_TYPE]: { 'a/1': 'v2', 'b/1': 'v1' } })
    const second = parseDeltaResponse(await next())
    expect([names(second), second.resources[0] && contentOf(second.resources[0].bytes)]).toEqual([['a/1'], 'v2'])
    expect(server.clients[0]).toMatchObject({ connectionId: 'sidecar~1~p.ns~d-1', peer: { security: 'plaintext' } })
  })

  it('answers debug types when asked, and not their acknowledgement', async () => {
    const server = await start({})
    const { call, next } = plain(server.port.port, 'DeltaAggregatedResources')
    call.write(delta('istio.io/debug', { node, subscribe: ['syncz'] }))
    const answer = parseDeltaResponse(await next())
    expect(names(answer)).toEqual(['syncz'])
    call.write(delta('istio.io/debug', { nonce: answer.nonce }))
    call.write(delta(SECRET_TYPE, { subscribe: ['none'] }))
    expect(parseDeltaResponse(await next())).toMatchObject({ typeUrl: SECRET_TYPE, removed: ['none'] })
  })

  it.each([
    ['bytes that are no message', Uint8Array.from([0x0a, 0xff]), 3],
    ['a first request without a node', delta(CLUSTER_TYPE), 3],
    ['a request without a type', delta('', { node }), 3],
  ])('ends the stream of a client that sends %s', async (_what, bytes, code) => {
    const server = await start({})
    const { call, failed } = plain(server.port.port, 'DeltaAggregatedResources')
    call.write(bytes)
    expect(await failed).toMatchObject({ code })
  })

  it('tells a client that is not let in, and nothing more', async () => {
    const server = await start({ [CLUSTER_TYPE]: { 'a/1': 'secret' } }, { refuse: true })
    const { call, failed } = plain(server.port.port, 'DeltaAggregatedResources')
    call.write(delta(CLUSTER_TYPE, { node }))
    expect(await failed).toMatchObject({ code: 7, details: 'not you' })
    expect(server.xds.connections()).toEqual([])
  })
})

it('serves state of the world to a client that asks for it', async () => {
  const server = await start({ [CLUSTER_TYPE]: { 'a/1': 'v1' } })
  const { call, next } = plain(server.port.port, 'StreamAggregatedResources')
  call.write(formatSotwRequest({ typeUrl: CLUSTER_TYPE, version: '', nonce: '', names: [], node }))
  const first = parseSotwResponse(await next())
  call.write(formatSotwRequest({ typeUrl: CLUSTER_TYPE, version: first.version, nonce: first.nonce, names: [] }))
  server.publish({ [CLUSTER_TYPE]: { 'a/1': 'v1', 'a/2': 'v1' } })
  const second = parseSotwResponse(await next())
  expect([names(first), names(second), first.version === second.version]).toEqual([['a/1'], ['a/1', 'a/2'], false])
})

describe('our client', () => {
  interface Mine {
    readonly client: XdsClientConnection
    readonly clock: ReturnType<typeof manualClock>
    readonly nextResponse: () => Promise<Delivered>
    readonly lost: Promise<string>
  }
  function connect(port: number): Mine {
    const clock = manualClock()
    const queue: Delivered[] = []
    const waiting: ((response: Delivered) => void)[] = []
    let lose: (detail: string) => void = () => undefined
    const lost = new Promise<string>((resolve) => (lose = resolve))
    const client = xdsClient(
      { clock, telemetry: silentTelemetry(), random: () => 0.5, dial: (variant) => dialAds({ address: `127.0.0.1:${port}` }, variant) },
      { node, backoff: { maxMs: 5_000 } },
      { onResponse: (response) => (waiting.shift() ?? ((late) => queue.push(late)))(response), onDisconnected: (detail) => lose(detail) },
    )
    closers.push(() => client.close())
    const nextResponse = (): Promise<Delivered> => new Promise((resolve) => {
      const early = queue.shift()
      if (early) resolve(early)
      else waiting.push(resolve)
    })
    return { client, clock, nextResponse, lost }
  }

  it('is sent nothing again after a restart of the server, except what changed meanwhile', async () => {
    const world = { [CLUSTER_TYPE]: { 'a/1': 'v1', 'a/2': 'v1' }, [ENDPOINT_TYPE]: { 'a/1': 'v1' } }
    const server = await start(world)
    const mine = connect(server.port.port)
    mine.client.subscribe(CLUSTER_TYPE, ['*'])
    const first = await mine.nextResponse()
    mine.client.accept(CLUSTER_TYPE, first.nonce)
    mine.client.subscribe(ENDPOINT_TYPE, ['a/1'])
    const endpoints = await mine.nextResponse()
    mine.client.accept(ENDPOINT_TYPE, endpoints.nonce)
    await server.port.close()
    await mine.lost
    await start({ ...world, [ENDPOINT_TYPE]: { 'a/1': 'v2' } }, { port: server.port.port })
    mine.clock.advance(5_000)
    const again = await mine.nextResponse()
    expect([again.typeUrl, again.resources.map(({ bytes }) => contentOf(bytes))]).toEqual([ENDPOINT_TYPE, ['v2']])
  })
})

it('says which port is taken', async () => {
  const first = await start({})
  await expect(start({}, { port: first.port.port })).rejects.toMatchObject({ code: 'MESH0504', message: expect.stringContaining(`127.0.0.1:${first.port.port}`) })
})

it('reads plain URI names and leaves quoted ones out', () => {
  expect(uriNames('URI:spiffe://cluster.local/ns/a/sa/b, DNS:x')).toEqual(['spiffe://cluster.local/ns/a/sa/b'])
  expect(uriNames('URI:"spiffe://td/ns/a\\u0000", DNS:"URI:spiffe://x"')).toEqual([])
})
