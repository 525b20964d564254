/** What every IO engine must do; run on real sockets and on memory. */
import { manualClock } from '@istio-ts/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryEngine } from '../testing/memory-engine.ts'
import type { Address, ByteStream, IoEngine, TlsContextOptions } from './io-engine.ts'
import { netEngine } from './net/net-engine.ts'
import { systemClock } from './net/system-clock.ts'
import { makeAuthority, type Authority, type Credentials } from './testdata/authority.ts'
import { Collector, sendText } from './testdata/collector.ts'

const ANY: Address = { kind: 'ip', ip: '127.0.0.1', port: 0 }

async function pairOf(engine: IoEngine): Promise<{ client: ByteStream; server: ByteStream; clientEvents: Collector; serverEvents: Collector }> {
  const serverEvents = new Collector()
  const accepted = Promise.withResolvers<ByteStream>()
  const listening = await engine.listen(ANY, {}, stream => {
    stream.setEvents(serverEvents)
    accepted.resolve(stream)
  })
  const clientEvents = new Collector()
  const client = engine.connect(listening.address, { timeoutMs: 1000 }, clientEvents)
  const server = await accepted.promise
  await listening.close()
  return { client, server, clientEvents, serverEvents }
}

describe.each([
  ['net', () => netEngine()],
  ['memory', () => memoryEngine({ clock: systemClock(), tls: netEngine() })],
  ['memory, one byte at a time', () => memoryEngine({ clock: systemClock(), tls: netEngine(), maxSegmentBytes: 1 })],
])('%s', (_name, make) => {
  it('carries bytes both ways and tells both addresses', async () => {
    const { client, server, clientEvents, serverEvents } = await pairOf(make())
    sendText(client, 'ping')
    await serverEvents.until(() => serverEvents.text === 'ping')
    sendText(server, 'pong')
    await clientEvents.until(() => clientEvents.text === 'pong')
    expect(server.remoteAddress).toEqual(client.localAddress)
    expect(server.localAddress).toEqual(client.remoteAddress)
    client.destroy()
    server.destroy()
  })

  it('keeps a half-closed stream open in the other direction', async () => {
    const { client, server, clientEvents, serverEvents } = await pairOf(make())
    sendText(client, 'question')
    client.end()
    await serverEvents.until(() => serverEvents.ended)
    expect(serverEvents.text).toBe('question')
    sendText(server, 'answer')
    server.end()
    await clientEvents.until(() => clientEvents.closedWith !== undefined)
    expect(clientEvents.text).toBe('answer')
    expect(clientEvents.closedWith?.failure).toBeUndefined()
  })

  it('stops a fast sender and wakes it when the receiver goes on', async () => {
    const { client, server, clientEvents, serverEvents } = await pairOf(make())
    server.pause()
    const block = Buffer.alloc(64 * 1024, 97)
    let sent = 0
    while (client.send(block, 0, block.length, false) && sent < 64 * 1024 * 1024) {
      sent += block.length
      await Promise.resolve()
    }
    sent += block.length
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    server.resume()
    await clientEvents.until(() => clientEvents.drains > 0)
    await serverEvents.until(() => serverEvents.bytes === sent)
    client.destroy()
    server.destroy()
  })

  it('copies what it does not own', async () => {
    const { client, server, serverEvents } = await pairOf(make())
    const scratch = Buffer.from('first')
    client.send(scratch, 0, 5, false)
    scratch.write('XXXXX')
    sendText(client, ' second')
    await serverEvents.until(() => serverEvents.text.length === 12)
    expect(serverEvents.text).toBe('first second')
    client.destroy()
    server.destroy()
  })

  it('delivers unread bytes again, before later ones, to whoever listens then', async () => {
    const { client, server } = await pairOf(make())
    const later = new Collector()
    let peeked = ''
    server.setEvents({
      onData(bytes, from, to) {
        peeked += Buffer.from(bytes.subarray(from, to)).toString()
        if (peeked.length < 3) return
        server.unread(Buffer.from(peeked))
        server.setEvents(later)
      },
      onEnd() {},
      onDrain() {},
      onClose() {},
    })
    sendText(client, 'abcdef')
    sendText(client, 'ghi')
    await later.until(() => later.text.length === 9)
    expect(later.text).toBe('abcdefghi')
    client.destroy()
    server.destroy()
  })

  it('says that nobody listens', async () => {
    const engine = make()
    const listening = await engine.listen(ANY, {}, () => {})
    await listening.close()
    const events = new Collector()
    engine.connect(listening.address, { timeoutMs: 1000 }, events)
    await events.until(() => events.closedWith !== undefined)
    expect(events.closedWith?.failure).toBe('refused')
  })

  it('names the address and the remedy when a port is in use', async () => {
    const engine = make()
    const listening = await engine.listen(ANY, {}, () => {})
    const second = engine.listen(listening.address, {}, () => {})
    await expect(second).rejects.toMatchObject({ code: 'MESH0700', message: expect.stringContaining('127.0.0.1:'), remedy: expect.stringContaining('another port') })
    await listening.close()
  })

  it('closes in order: the last bytes arrive, later input is discarded', async () => {
    const { client, server, clientEvents, serverEvents } = await pairOf(make())
    sendText(server, 'last words')
    server.close()
    await clientEvents.until(() => clientEvents.ended)
    expect(clientEvents.text).toBe('last words')
    sendText(client, 'too late')
    client.end()
    await serverEvents.until(() => serverEvents.closedWith !== undefined)
    expect(serverEvents.text).toBe('')
  })

  it('drops a silent peer when the linger time is over', async () => {
    const { client, server, serverEvents } = await pairOf(make())
    client.pause()
    server.close(10)
    await serverEvents.until(() => serverEvents.closedWith !== undefined)
    expect(serverEvents.ended).toBe(false)
    client.destroy()
  })

  it('relays with half close and counts bytes', async () => {
    const engine = make()
    const left = await pairOf(engine)
    const right = await pairOf(engine)
    const done = Promise.withResolvers<unknown>()
    engine.relay(left.server, right.client, done.resolve)
    sendText(left.client, 'hello')
    left.client.end()
    await right.serverEvents.until(() => right.serverEvents.ended)
    expect(right.serverEvents.text).toBe('hello')
    sendText(right.server, 'bye')
    right.server.end()
    await left.clientEvents.until(() => left.clientEvents.ended)
    expect(left.clientEvents.text).toBe('bye')
    expect(await done.promise).toEqual({ aToB: 5, bToA: 3, endedBy: 'a' })
  })

  it('passes a reset through a relay', async () => {
    const engine = make()
    const left = await pairOf(engine)
    const right = await pairOf(engine)
    const done = Promise.withResolvers<{ failure?: string }>()
    engine.relay(left.server, right.client, done.resolve)
    sendText(left.client, 'x')
    await right.serverEvents.until(() => right.serverEvents.text === 'x')
    left.client.destroy()
    await right.serverEvents.until(() => right.serverEvents.closedWith !== undefined || right.serverEvents.ended)
    expect((await done.promise).failure).toBe('reset')
  })

  describe('TLS', () => {
    let authority: Authority
    let other: Authority
    let alice: Credentials
    let bob: Credentials
    beforeAll(async () => {
      authority = await makeAuthority()
      other = await makeAuthority('CN=other')
      alice = await authority.issue({ uris: ['spiffe://cluster.local/ns/default/sa/alice'] })
      bob = await authority.issue({ uris: ['spiffe://cluster.local/ns/default/sa/bob'], dns: ['bob.example'], subject: 'CN=bob,O=mesh' })
    })

    async function handshake(server: Partial<TlsContextOptions>, client: Partial<TlsContextOptions>): Promise<{ engine: IoEngine; results: [unknown, unknown]; streams: [ByteStream, ByteStream] }> {
      const engine = make()
      const pair = await pairOf(engine)
      const serverSide = Promise.withResolvers<ByteStream | object>()
      const clientSide = Promise.withResolvers<ByteStream | object>()
      engine.startTls(pair.server, engine.tlsContext({ side: 'server', ...bob, trustedCaPem: authority.rootPem, requireClientCertificate: true, ...server }), { timeoutMs: 2000 }, serverSide.resolve)
      engine.startTls(pair.client, engine.tlsContext({ side: 'client', ...alice, trustedCaPem: authority.rootPem, sni: 'bob.example', ...client }), { timeoutMs: 2000 }, clientSide.resolve)
      const results: [object, object] = [await serverSide.promise, await clientSide.promise]
      return { engine, results, streams: results as [ByteStream, ByteStream] }
    }

    it('authenticates both sides and tells who they are', async () => {
      const { streams } = await handshake({ alpn: ['istio-peer-exchange', 'h2'] }, { alpn: ['h2'] })
      const [server, client] = streams
      expect(server.tls).toMatchObject({ version: 'TLSv1.3', alpn: 'h2', sni: 'bob.example', peerUris: ['spiffe://cluster.local/ns/default/sa/alice'], localUris: ['spiffe://cluster.local/ns/default/sa/bob'] })
      expect(client.tls).toMatchObject({ alpn: 'h2', peerUris: ['spiffe://cluster.local/ns/default/sa/bob'], peerDnsNames: ['bob.example'], peerSubject: 'O=mesh,CN=bob' })
      expect(server.tls?.peerFingerprint).toMatch(/^[0-9a-f]{64}$/)
      const events = new Collector()
      server.setEvents(events)
      client.setEvents(new Collector())
      client.send(Buffer.alloc(300_000, 120), 0, 300_000, false)
      await events.until(() => events.bytes === 300_000)
      client.end()
      await events.until(() => events.ended)
      server.destroy()
    })

    it('goes on without ALPN when there is no common protocol', async () => {
      const { streams } = await handshake({ alpn: ['istio'] }, { alpn: ['h2'] })
      expect(streams[0].tls?.alpn).toBeUndefined()
      expect(streams[1].tls?.alpn).toBeUndefined()
      streams[0].destroy()
    })

    it('refuses a client without a certificate', async () => {
      const engine = make()
      const pair = await pairOf(engine)
      const serverSide = Promise.withResolvers<unknown>()
      engine.startTls(pair.server, engine.tlsContext({ side: 'server', ...bob, trustedCaPem: authority.rootPem, requireClientCertificate: true }), { timeoutMs: 2000 }, serverSide.resolve)
      engine.startTls(pair.client, engine.tlsContext({ side: 'client', trustedCaPem: authority.rootPem }), { timeoutMs: 2000 }, () => {})
      expect(await serverSide.promise).toEqual({ failure: 'tls', detail: 'the peer showed no certificate' })
    })

    it('refuses a server of another authority', async () => {
      const { results } = await handshake({}, { trustedCaPem: other.rootPem })
      expect(results[1]).toMatchObject({ failure: 'tls', detail: expect.stringMatching(/signature|issuer|self-signed/) })
    })

    it('refuses a client of another authority', async () => {
      const stranger = await other.issue({ uris: ['spiffe://cluster.local/ns/default/sa/alice'] })
      const engine = make()
      const pair = await pairOf(engine)
      const serverSide = Promise.withResolvers<unknown>()
      engine.startTls(pair.server, engine.tlsContext({ side: 'server', ...bob, trustedCaPem: authority.rootPem, requireClientCertificate: true }), { timeoutMs: 2000 }, serverSide.resolve)
      engine.startTls(pair.client, engine.tlsContext({ side: 'client', ...stranger, trustedCaPem: authority.rootPem }), { timeoutMs: 2000 }, () => {})
      expect(await serverSide.promise).toEqual({ failure: 'tls', detail: expect.stringMatching(/not trusted: .*(SIGNATURE|ISSUER|CHAIN|VERIFY)/) })
    })

    it.each([
      ['refuses a peer whose names are not the expected ones', 'spiffe://cluster.local/ns/default/sa/carol', false],
      ['accepts the expected name (the check above is what refuses)', 'spiffe://cluster.local/ns/default/sa/bob', true],
    ])('%s', async (_title, expected, accepted) => {
      const { results } = await handshake({}, { verifyPeer: facts => (facts.peerUris.includes(expected) ? undefined : `unexpected ${facts.peerUris.join()}`) })
      if (accepted) expect(results[1]).not.toHaveProperty('failure')
      else expect(results[1]).toEqual({ failure: 'tls', detail: 'unexpected spiffe://cluster.local/ns/default/sa/bob' })
    })

    it('gives up on a peer that does not speak', async () => {
      const engine = make()
      const pair = await pairOf(engine)
      const result = await new Promise(resolve => {
        engine.startTls(pair.server, engine.tlsContext({ side: 'server', ...bob, alpn: ['h2'] }), { timeoutMs: 20 }, resolve)
      })
      expect(result).toMatchObject({ failure: 'timeout' })
      pair.client.destroy()
    })

    it('refuses plaintext', async () => {
      const engine = make()
      const pair = await pairOf(engine)
      sendText(pair.client, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')
      const result = await new Promise(resolve => {
        engine.startTls(pair.server, engine.tlsContext({ side: 'server', ...bob, alpn: ['h2'] }), { timeoutMs: 2000 }, resolve)
      })
      expect(result).toMatchObject({ failure: 'tls' })
      pair.client.destroy()
    })

    it('reports unusable key material when the context is made', () => {
      expect(() => make().tlsContext({ side: 'server', ...bob, privateKeyPem: alice.privateKeyPem })).toThrow(expect.objectContaining({ code: 'MESH0704' }))
    })
  })
})

describe('memory engine on a virtual clock', () => {
  it('lets a connect time out and an idle relay end', async () => {
    const clock = manualClock()
    const engine = memoryEngine({ clock })
    const nowhere: Address = { kind: 'ip', ip: '10.0.0.1', port: 80 }
    engine.blackhole(nowhere)
    const events = new Collector()
    engine.connect(nowhere, { timeoutMs: 500 }, events)
    clock.advance(499)
    await Promise.resolve()
    expect(events.closedWith).toBeUndefined()
    clock.advance(1)
    await events.until(() => events.closedWith !== undefined)
    expect(events.closedWith?.failure).toBe('timeout')

    const left = await pairOf(engine)
    const right = await pairOf(engine)
    const done = Promise.withResolvers<{ failure?: string }>()
    engine.relay(left.server, right.client, done.resolve, 1000)
    clock.advance(600)
    sendText(left.client, 'alive')
    await right.serverEvents.until(() => right.serverEvents.text === 'alive')
    clock.advance(600)
    await Promise.resolve()
    clock.advance(400)
    expect((await done.promise).failure).toBe('timeout')
  })
})

describe('net engine', () => {
  it('drops the stream whose owner throws, reports it, and serves the others', async () => {
    const faults: unknown[] = []
    const engine = netEngine({ onFault: error => void faults.push(error) })
    const bad = await pairOf(engine)
    const good = await pairOf(engine)
    const closed = Promise.withResolvers<string | undefined>()
    bad.server.setEvents({
      onData() {
        throw new Error('a bug')
      },
      onEnd() {},
      onDrain() {},
      onClose: (_failure, detail) => closed.resolve(detail),
    })
    sendText(bad.client, 'x')
    expect(await closed.promise).toBe('an owner of the stream failed: a bug')
    expect(faults).toEqual([new Error('a bug')])
    sendText(good.client, 'y')
    await good.serverEvents.until(() => good.serverEvents.text === 'y')
    good.client.destroy()
    good.server.destroy()
    bad.client.destroy()
  })
})
