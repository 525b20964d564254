/** Names of listeners and their stat prefixes. */

/** Takes what a workload sends, where traffic is captured (15001). */
export const VIRTUAL_OUTBOUND = 'virtualOutbound'
/** Takes what a workload receives, where traffic is captured (15006). */
export const VIRTUAL_INBOUND = 'virtualInbound'

/** `0.0.0.0_80`; IPv6 addresses keep their colons; a unix socket has port 0. */
export const listenerName = (bind: string, port: number): string => `${bind}_${port}`

/** Istio ends stat prefixes with `;` so that its metrics can be told from Envoy's. */
export const statPrefix = (direction: 'inbound' | 'outbound', listener: string): string => `${direction}_${listener};`
