/** What a user writes in a Gateway (of Istio's own API; the Gateway API has a kind of the same name). */
import type { Port } from '../../shared/port.ts'
import type { ServerTlsSettings } from '../../shared/server-tls.ts'

/** Ports that gateway workloads open, and for which hosts. @see https://istio.io/latest/docs/reference/config/networking/gateway */
export interface GatewaySpec {
  /** Labels of the gateway pods, in any namespace. */
  readonly selector?: Readonly<Record<string, string>>
  /** Ports that are opened, and for which hosts. */
  readonly servers?: readonly Server[]
}

/** One port with its hosts. */
export interface Server {
  readonly port: Port
  /** Address to listen on; default all. */
  readonly bind?: string
  /** `host` or `namespace/host`, `*.` wildcards allowed. */
  readonly hosts: readonly string[]
  readonly tls?: ServerTlsSettings
  /** Not implemented by Istio. */
  readonly defaultEndpoint?: string
  /** Name for logs. */
  readonly name?: string
}
