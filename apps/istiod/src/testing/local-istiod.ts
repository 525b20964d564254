/** A whole istiod in the test's process: folders of its own, ports chosen by the system, clients with real certificates. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requestCertificate, type ObtainedCertificate } from '@istio-ts/ca/grpc'
import { encode } from '@istio-ts/api-types/envoy'
import { loadText, parseObject } from '@istio-ts/api-types/yaml'
import { systemClock } from '@istio-ts/foundation/node'
import { completeLedger, localCallables, portUses, selectLocalMesh, userPorts } from '@istio-ts/local'
import { endpointsFile, makeStateFolder, openTokenKey, portsFile, signLocalToken, writeJson } from '@istio-ts/local/node'
import { silentTelemetry } from '@istio-ts/telemetry'
import { xdsClient, type Delivered, type XdsClientConnection } from '@istio-ts/xds-protocol'
import { dialAds } from '@istio-ts/xds-protocol/grpc'
import { composeIstiod, type Istiod, type IstiodPorts } from '../compose.ts'
import { readOptions } from '../options.ts'
import { modelViews } from '../proxies/model-views.ts'

/** A client that takes everything, and what it has: type -> name -> bytes. */
export interface TestProxy {
  readonly held: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>
  readonly client: XdsClientConnection
  /** Refuse resources of these names. */
  readonly refuse: Set<string>
  /** Resolves as soon as `condition` holds; rejects after 10 s. */
  until(condition: () => boolean): Promise<void>
  close(): void
}

/** A running istiod and what a test does with it. */
export interface LocalIstiod {
  /** The one that runs now. */
  readonly istiod: Istiod
  /** Stops istiod and starts another on the same ports and folders. */
  restart(): Promise<void>
  readonly folder: string
  readonly stateDir: string
  /** Writes a file of the configuration folder (atomically, as an editor does). */
  write(file: string, text: string): void
  remove(file: string): void
  /** Says which processes are ready, as the supervisor does. */
  setReady(keys: readonly string[]): void
  get(path: string): Promise<{ readonly status: number; readonly body: string }>
  getJson(path: string): Promise<unknown>
  /** Gets a certificate as a sidecar does. */
  certificate(namespace: string, serviceAccount: string): Promise<ObtainedCertificate>
  /** Connects a sidecar over mTLS (or plaintext without a certificate). */
  connect(nodeId: string, metadata: Readonly<Record<string, unknown>>, certificate?: ObtainedCertificate): TestProxy
  stop(): Promise<void>
}

/** Starts istiod on the files given. */
export async function startLocalIstiod(files: Readonly<Record<string, string>>): Promise<LocalIstiod> {
  const root = mkdtempSync(join(tmpdir(), 'istio-ts-istiod-'))
  const [folder, stateDir] = [join(root, 'config'), join(root, 'state')]
  mkdirSync(folder)
  makeStateFolder(stateDir)
  const tokenKey = openTokenKey(stateDir)
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text)
  for (const [file, text] of Object.entries(files)) write(file, text)
  writePorts(folder, stateDir, Object.keys(files))
  const start = async (ports: IstiodPorts): Promise<Istiod> => {
    const flags = Object.entries({ 'xds': ports.xds, 'secure-xds': ports.secureXds, 'http': ports.http, 'monitoring': ports.monitoring })
    const command = readOptions(['--local', '--config-dir', folder, '--state-dir', stateDir, ...flags.flatMap(([name, port]) => [`--${name}-port`, String(port)])], {})
    if (command.run !== 'serve') throw new Error('no options')
    const made = composeIstiod({ clock: systemClock, telemetry: silentTelemetry(), version: 'test', views: modelViews }, command.options)
    await made.start()
    return made
  }
  let istiod = await start({ xds: 0, secureXds: 0, http: 0, monitoring: 0 })
  const proxies: TestProxy[] = []
  const get = async (path: string): Promise<{ readonly status: number; readonly body: string }> => {
    const response = await fetch(`http://127.0.0.1:${istiod.ports.http}${path}`)
    return { status: response.status, body: await response.text() }
  }
  const rootsPem = (): string => readFileSync(join(stateDir, 'root-cert.pem'), 'utf8')
  return {
    get istiod() {
      return istiod
    },
    async restart() {
      const { ports } = istiod
      await istiod.stop()
      istiod = await start(ports)
    },
    folder, stateDir, write, get,
    remove: (file) => rmSync(join(folder, file)),
    setReady: (keys) => writeJson(endpointsFile(stateDir), Object.fromEntries(keys.map((key) => [key, true]))),
    getJson: async (path) => JSON.parse((await get(path)).body) as unknown,
    certificate: (namespace, serviceAccount) => requestCertificate({
      address: `127.0.0.1:${istiod.ports.secureXds}`, rootsPem: rootsPem(), now: Date.now(), uri: `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`,
      token: signLocalToken(tokenKey, `system:serviceaccount:${namespace}:${serviceAccount}`, Math.floor(Date.now() / 1000), 3600),
    }),
    connect(nodeId, metadata, certificate) {
      const proxy = testProxy(istiod, nodeId, metadata, certificate)
      proxies.push(proxy)
      return proxy
    },
    async stop() {
      for (const proxy of proxies) proxy.close()
      await istiod.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** The ports file that the supervisor would have written: 24001 and up. */
function writePorts(folder: string, stateDir: string, files: readonly string[]): void {
  const resources = files.flatMap((file) => loadText(readFileSync(join(folder, file), 'utf8'), { file, cluster: 'Kubernetes', parse: parseObject })).flatMap(({ resource }) => resource ?? [])
  const { mesh } = selectLocalMesh(resources)
  if (!mesh) return
  let next = 24_001
  writeJson(portsFile(stateDir), completeLedger({}, portUses(mesh.spec, localCallables(resources, mesh)), userPorts(mesh.spec), () => next++))
}

function testProxy(istiod: Istiod, nodeId: string, metadata: Readonly<Record<string, unknown>>, certificate: ObtainedCertificate | undefined): TestProxy {
  const held = new Map<string, Map<string, Uint8Array>>()
  const refuse = new Set<string>()
  const waiting = new Set<() => void>()
  const node = encode('envoy.config.core.v3.Node', { id: nodeId, metadata: JSON.parse(JSON.stringify(metadata)) })
  const tls = certificate && (() => ({ rootsPem: certificate.rootsPem, certificateChainPem: certificate.chainPem, privateKeyPem: certificate.privateKeyPem, serverName: 'istiod.istio-system.svc' }))
  const address = `127.0.0.1:${certificate ? istiod.ports.secureXds : istiod.ports.xds}`
  const onResponse = (response: Delivered): void => {
    const culprit = response.resources.find(({ name }) => refuse.has(name))
    if (culprit) return client.reject(response.typeUrl, response.nonce, `cannot use ${culprit.name}: made up for a test`)
    const mine = held.get(response.typeUrl) ?? new Map<string, Uint8Array>()
    held.set(response.typeUrl, mine)
    for (const { name, bytes } of response.resources) mine.set(name, bytes)
    for (const name of response.removed) mine.delete(name)
    client.accept(response.typeUrl, response.nonce)
    for (const wake of waiting) wake()
  }
  const client = xdsClient({ clock: systemClock, telemetry: silentTelemetry(), random: () => 0.5, dial: (variant) => dialAds({ address, ...(tls ? { tls } : {}) }, variant) }, { node, backoff: { maxMs: 500 } }, { onResponse })
  return {
    held, client, refuse,
    until: (condition) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('it did not happen in 10 s')), 10_000)
      const look = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    }),
    close: () => client.close(),
  }
}
