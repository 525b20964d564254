/** Names of listeners and their stat prefixes. */

export const VIRTUAL_OUTBOUND = 'virtualOutbound'
export const VIRTUAL_INBOUND = 'virtualInbound'

/** `0.0.0.0_80`; IPv6 addresses keep their colons; a unix socket has port 0. */
export const listenerName = (bind: string, port: number): string => `${bind}_${port}`

/** Istio ends stat prefixes with `;` so that its metrics can be told from Envoy's. */
export const statPrefix = (direction: 'inbound' | 'outbound', listener: string): string => `${direction}_${listener};`
