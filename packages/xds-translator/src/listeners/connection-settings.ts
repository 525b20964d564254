/** ProxyConfig `connectionSettings`: limits and timeouts of connection managers and listeners. @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig */
import type { ProxyView } from '@istio-ts/mesh-model'
import { duration } from '../wire/duration.ts'
import { parseDuration } from '@istio-ts/foundation'
import { present, type Message } from '../wire/message.ts'

type Settings = ProxyView['mesh']['proxyConfig']['connectionSettings']

/** What a connection manager gets from the settings; merged over its own options. */
export interface ManagerSettings {
  /** Parts of `commonHttpProtocolOptions` and `http2ProtocolOptions`. */
  readonly common: Message
  readonly http2: Message
  /** Fields of the manager itself. */
  readonly fields: Message
}

/** The settings in Envoy's words; empty parts where the user set nothing. */
export function managerSettings(settings: Settings): ManagerSettings {
  return {
    common: present({
      idleTimeout: time(settings?.httpIdleTimeout),
      maxConnectionDuration: time(settings?.httpMaxConnectionDuration),
      maxStreamDuration: time(settings?.httpMaxStreamDuration),
      headersWithUnderscoresAction: underscores(settings?.httpHeadersWithUnderscoresAction),
    }),
    http2: present({
      maxConcurrentStreams: settings?.httpMaxConcurrentStreams,
      initialStreamWindowSize: settings?.http2InitialStreamWindowSize,
      initialConnectionWindowSize: settings?.http2InitialConnectionWindowSize,
    }),
    fields: present({
      drainTimeout: time(settings?.httpDrainTimeout),
      requestTimeout: time(settings?.httpRequestTimeout),
      requestHeadersTimeout: time(settings?.httpRequestHeadersTimeout),
      streamIdleTimeout: time(settings?.httpStreamIdleTimeout),
      mergeSlashes: settings?.httpMergeSlashes === true ? true : undefined,
      pathWithEscapedSlashesAction: settings?.httpPathWithEscapedSlashesAction,
    }),
  }
}

/** Durations are text in the API. */
const time = (text: string | undefined): string | undefined => {
  const ms = text === undefined ? undefined : parseDuration(text)
  return ms === undefined ? undefined : duration(ms)
}

/** ALLOW is the enum's zero value. */
const underscores = (action: string | undefined): string | undefined => {
  const name = action?.replace('HEADERS_WITH_UNDERSCORES_', '')
  return name === undefined || name === 'UNSPECIFIED' || name === 'ALLOW' ? undefined : name
}
