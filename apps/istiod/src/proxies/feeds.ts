/** Decides who may connect, and what they get: credentials -> identity -> view -> snapshot, over time. */
import { Secret } from '@istio-ts/api-types'
import type { Authenticator, Caller } from '@istio-ts/ca'
import type { Diagnostic } from '@istio-ts/foundation'
import type { ClusterInputs, ProxyIdentity, ProxyView } from '@istio-ts/mesh-model'
import type { Telemetry } from '@istio-ts/telemetry'
import { SECRET_TYPE, type Feed, type FeedSource, type Refusal, type Snapshot, type SnapshotResource, type StreamPeer } from '@istio-ts/xds-protocol'
import { gatewaySecrets } from './gateway-secrets.ts'
import { proxyIdentity } from './proxy-identity.ts'
import type { ViewSource } from './view-source.ts'
import type { ViewTranslator } from './view-translator.ts'

/** What feeds are made of. */
export interface FeedDeps {
  readonly views: ViewSource
  readonly translator: ViewTranslator
  readonly cluster: ClusterInputs
  readonly authenticate: Authenticator
  readonly telemetry: Telemetry
  /** Answers `istio.io/debug` for clients with an identity. */
  readonly debug: (caller: Caller, typeUrl: string, names: readonly string[]) => readonly SnapshotResource[] | undefined
  /** Findings about what one client asks for (missing secrets); replaces the earlier ones of that client. */
  readonly onDiagnostics: (connectionId: string, diagnostics: readonly Diagnostic[]) => void
}

/** Makes the source of feeds for an xDS server. */
export function clientFeeds(deps: FeedDeps): FeedSource {
  const uses = new Map<string, number>()
  const retain = (key: string, by: number): void => {
    const count = (uses.get(key) ?? 0) + by
    if (count > 0) uses.set(key, count)
    else {
      uses.delete(key)
      deps.translator.forget(key)
    }
  }
  return async ({ node, peer, connectionId }) => {
    const caller = await callerOf(deps.authenticate, peer)
    if (caller && 'refused' in caller) {
      deps.telemetry.log.warn('ADS: caller is not authenticated', { peer: peer.address, node: node.id, reason: caller.detail })
      return { refused: 'unauthenticated', detail: 'authentication failure' }
    }
    const identity = proxyIdentity(node, caller)
    if ('refused' in identity) return identity
    return openFeed(deps, { identity, caller, connectionId }, retain)
  }
}

/** Plaintext on loopback needs no proof; everywhere else a caller proves who it is. */
async function callerOf(authenticate: Authenticator, peer: StreamPeer): Promise<Caller | Refusal | undefined> {
  if (peer.security === 'plaintext') return undefined
  const result = await authenticate({ uris: peer.uris, ...(peer.bearer === undefined ? {} : { bearer: peer.bearer }) })
  if (!result) return { refused: 'unauthenticated', detail: 'it shows neither a certificate nor a token' }
  return 'refused' in result ? { refused: 'unauthenticated', detail: result.refused } : result
}

interface Opened {
  readonly identity: ProxyIdentity
  readonly caller: Caller | undefined
  readonly connectionId: string
}

function openFeed(deps: FeedDeps, { identity, caller, connectionId }: Opened, retain: (key: string, by: number) => void): Feed {
  const listeners = new Set<() => void>()
  const notify = (): void => {
    for (const listener of listeners) listener()
  }
  const watched = deps.views.watch(identity, notify)
  let key = watched.current().key
  retain(key, 1)
  let served: { readonly base: Snapshot; readonly secrets: Snapshot; readonly whole: Snapshot } | undefined
  const follow = (view: ProxyView): void => {
    if (view.key === key) return
    retain(view.key, 1)
    retain(key, -1)
    key = view.key
  }
  /** The snapshot of the class, with the secrets that this very proxy may have. */
  const current = (): Snapshot => {
    const view = watched.current()
    follow(view)
    const base = deps.translator.snapshotOf(view).snapshot
    if (view.secrets.length === 0 || !caller) {
      deps.onDiagnostics(connectionId, [])
      return base
    }
    const { bundle, diagnostics } = gatewaySecrets(deps.cluster, identity, view.secrets)
    deps.onDiagnostics(connectionId, diagnostics)
    const secrets = deps.translator.store.build([bundle], served?.secrets)
    if (served?.base === base && served.secrets === secrets) return served.whole
    const slice = secrets.types.get(SECRET_TYPE)
    served = { base, secrets, whole: { types: slice ? new Map(base.types).set(SECRET_TYPE, slice) : base.types } }
    return served.whole
  }
  return {
    current,
    onChange(listener) {
      listeners.add(listener)
      const secretChanges = deps.cluster.get(Secret).subscribe(notify)
      return () => {
        listeners.delete(listener)
        secretChanges()
        watched.stop()
        retain(key, -1)
        deps.onDiagnostics(connectionId, [])
      }
    },
    onDemand: (typeUrl, names) => (caller ? deps.debug(caller, typeUrl, names) : undefined),
  }
}
