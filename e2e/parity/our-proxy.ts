/** Our proxy in this process, with a configuration that is there from the start. */
import { Proxy, standardCodecs } from '@istio-ts/proxy-core'
import { netEngine, systemClock } from '@istio-ts/proxy-core/node'
import type { Json } from './configuration.ts'

/** The proxy and what it logged. */
export interface OurProxy {
  readonly proxy: Proxy
  log(): string
  stop(): Promise<void>
}

/** Starts it and waits until it listens. @throws Error with the findings if the configuration is refused */
export async function startOurProxy(listeners: readonly Json[], clusters: readonly Json[], options: { readonly quiet?: boolean } = {}): Promise<OurProxy> {
  let log = ''
  const proxy = new Proxy({
    engine: netEngine(), codecs: standardCodecs, clock: systemClock(), random: Math.random, hostname: 'parity', environment: () => undefined,
    node: { id: 'sidecar~127.0.0.1~a.default~default.svc.cluster.local', metadata: {} },
    resolver: { resolve: (_host, _family, done) => done({ ok: false, detail: 'no names here' }) },
    logSink: {
      write: (_path, text) => {
        if (options.quiet !== true) log += text
      },
    },
    schedule: queueMicrotask,
    onError: (error) => console.error(error),
  })
  const named = (resources: readonly Json[]): { name: string; version: string; resource: Json }[] => resources.map((resource) => ({ name: String(resource['name']), version: '1', resource }))
  const problems = [...proxy.apply({ kind: 'cluster', removed: [], resources: named(clusters) }), ...proxy.apply({ kind: 'listener', removed: [], resources: named(listeners) })]
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  while (!proxy.listening) await new Promise((resolve) => setTimeout(resolve, 5))
  return { proxy, log: () => log, stop: () => proxy.stop() }
}
