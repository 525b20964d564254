/** A proxy for tests: real code, with randomness, time and names under the test's control. */
import type { Clock, MeshError } from '@istio-ts/foundation'
import { standardCodecs } from '../../codec-set.ts'
import type { ResourceUpdate, WireOf } from '../../config/compile.ts'
import type { ResourceKind } from '../../config/runtime-config.ts'
import type { IoEngine } from '../../io/io-engine.ts'
import { Proxy } from '../../proxy.ts'
import type { Resolver } from '../../ports/resolver.ts'

/** What a test may set. */
export interface TestProxyOptions {
  readonly engine: IoEngine
  readonly clock: Clock
  readonly random?: () => number
  /** Names that resolve; all others do not. */
  readonly names?: Readonly<Record<string, readonly string[]>>
  readonly node?: { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> }
  readonly explain?: boolean
}

/** A proxy and what it said. */
export interface TestProxy {
  readonly proxy: Proxy
  /** Access log text by path. */
  readonly logs: ReadonlyMap<string, string>
  readonly errors: readonly MeshError[]
}

/** Makes it; nothing listens until resources are given. */
export function testProxy(options: TestProxyOptions): TestProxy {
  const logs = new Map<string, string>()
  const errors: MeshError[] = []
  const resolver: Resolver = {
    resolve(host, _family, done) {
      const addresses = options.names?.[host]
      queueMicrotask(() => done(addresses ? { ok: true, addresses } : { ok: false, detail: 'NXDOMAIN' }))
    },
  }
  let seed = 1
  const proxy = new Proxy({
    engine: options.engine,
    codecs: standardCodecs,
    clock: options.clock,
    // A fixed sequence (Park and Miller), so that a test runs the same way each time.
    random: options.random ?? (() => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647),
    resolver,
    node: options.node ?? { id: 'sidecar~127.0.0.1~client-1.default~default.svc.cluster.local', metadata: { NAME: 'client-1', NAMESPACE: 'default', WORKLOAD_NAME: 'client', CLUSTER_ID: 'Kubernetes', LABELS: { app: 'client', version: 'v1' } } },
    hostname: 'test',
    environment: () => undefined,
    logSink: { write: (path, text) => void logs.set(path, (logs.get(path) ?? '') + text) },
    schedule: (action) => queueMicrotask(action),
    ...(options.explain === undefined ? {} : { explain: options.explain }),
    onError: (error) => void errors.push(error),
  })
  return { proxy, logs, errors }
}

/** Names of resources by kind. */
const NAME: { readonly [K in ResourceKind]: (wire: WireOf[K]) => string } = {
  cluster: (wire) => wire.name ?? '',
  listener: (wire) => wire.name ?? '',
  route: (wire) => wire.name ?? '',
  endpoint: (wire) => wire.clusterName ?? '',
  secret: (wire) => wire.name ?? '',
  extension: () => '',
}

/** One update of resources, named as they name themselves. */
export const updateOf = <K extends Exclude<ResourceKind, 'extension'>>(kind: K, resources: readonly WireOf[K][], version = '1', removed: readonly string[] = []): ResourceUpdate =>
  // The union is indexed by kind; the compiler cannot follow that through a generic.
  ({ kind, removed, resources: resources.map((resource) => ({ name: NAME[kind](resource), version, resource })) }) as unknown as ResourceUpdate

/** Applies updates and waits until every active listener is bound. @throws Error with the findings if one is refused */
export async function configure(proxy: Proxy, ...updates: readonly ResourceUpdate[]): Promise<void> {
  for (const update of updates) {
    const problems = proxy.apply(update)
    if (problems.length > 0) throw new Error(problems.map((problem) => `${problem.code} ${problem.path ?? ''} ${problem.message}`).join('\n'))
  }
  await bound(proxy)
}

/** Resolves when nothing is being bound any more. */
export function bound(proxy: Proxy): Promise<void> {
  return new Promise((resolve) => {
    if (proxy.listening) return resolve()
    const stop = proxy.observe(() => {
      if (!proxy.listening) return
      stop()
      resolve()
    })
  })
}

/** The port a listener is bound to. */
export function portOf(proxy: Proxy, name: string): number {
  const address = proxy.listeners.get(name)?.addresses[0]
  return address?.kind === 'ip' ? address.port : 0
}
