/** TCP keepalive of upstream connections. */
import type { TcpKeepalive } from '@istio-ts/mesh-model'
import { present, type Message } from '../wire/message.ts'

/** `upstreamConnectionOptions`; an empty keepalive switches it on with the kernel's values. */
export const upstreamConnectionOptions = (keepalive: TcpKeepalive | undefined): Message | undefined =>
  keepalive && {
    tcpKeepalive: present({ keepaliveProbes: keepalive.probes, keepaliveTime: keepalive.timeSeconds, keepaliveInterval: keepalive.intervalSeconds }),
  }
