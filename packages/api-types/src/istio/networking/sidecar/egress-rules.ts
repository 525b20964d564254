/** Istio's rules for what a Sidecar lets workloads reach. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import { checkIpAddress, checkPort, checkUnixPath, UNIX_PREFIX } from '../../../validation/addresses.ts'
import { checkNamespacedHost } from '../../../validation/domains.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkListenerPort } from './listener-port.ts'
import type { IstioEgressListener } from './types.ts'

/** Checks the egress listeners; `at` stands at the spec. */
export function checkEgress(egress: readonly IstioEgressListener[] | undefined, namespace: string, at: Findings): void {
  const numbers = new Set<number>()
  const sockets = new Set<string>()
  let hasCatchAll = false
  at.each('egress', egress, (listener, place, index) => {
    const { port } = listener
    const bind = listener.bind ?? ''
    if (!port) {
      if (hasCatchAll) return place.add(found.duplicate('sidecar: egress can have only one listener with empty port'))
      hasCatchAll = index === (egress?.length ?? 0) - 1
      if (!hasCatchAll) place.add(found.conflict('sidecar: the egress listener with empty port should be the last listener in the list', 'Move it to the end.'))
    } else {
      if ((port.targetPort ?? 0) > 0) place.at('port').at('targetPort').add(found.unsupported('targetPort has no impact on Sidecars', 'Remove it.'))
      checkPortAndBind(listener, bind, place)
      checkListenerOnce(port.number ?? 0, bind, numbers, sockets, place)
    }
    checkHosts(listener.hosts, namespace, place)
  })
}

function checkPortAndBind({ port = {}, captureMode }: Partial<IstioEgressListener>, bind: string, at: Findings): void {
  checkListenerPort(port, at.at('port'))
  const number = port.number ?? 0
  if (number !== 0) {
    checkPort(number, at.at('port').at('number'))
    if (bind !== '') checkIpAddress(bind, at.at('bind'))
    return
  }
  if (bind.startsWith(UNIX_PREFIX)) checkUnixPath(bind.slice(UNIX_PREFIX.length), at.at('bind'))
  else at.at('bind').add(found.invalidAddress('sidecar: ports with 0 value must have a unix domain socket bind address'))
  if (captureMode === 'IPTABLES') at.at('captureMode').add(found.conflict('sidecar: captureMode must be DEFAULT/NONE for unix domain socket listeners', 'Use DEFAULT or NONE.'))
}

function checkListenerOnce(number: number, bind: string, numbers: Set<number>, sockets: Set<string>, at: Findings): void {
  if (number === 0) {
    if (sockets.has(bind)) at.at('bind').add(found.duplicate('sidecar: unix domain socket values for listeners must be unique'))
    sockets.add(bind)
  } else {
    if (numbers.has(number)) at.at('port').at('number').add(found.duplicate('sidecar: ports on IP bound listeners must be unique'))
    numbers.add(number)
  }
}

function checkHosts(hosts: readonly string[] | undefined, namespace: string, at: Findings): void {
  if (!hosts || hosts.length === 0) at.at('hosts').add(found.missing('sidecar: egress listener must contain at least one host'))
  /** Namespace -> hosts named before. */
  const named = new Map<string, Set<string>>()
  at.each('hosts', hosts, (text, place) => {
    checkNamespacedHost(text, 'sidecar', place)
    const slash = text.indexOf('/')
    // `~` takes something out again, so it repeats nothing.
    if (slash < 0 || text.startsWith('~')) return
    const key = text.slice(0, slash) === '.' ? namespace : text.slice(0, slash)
    const host = text.slice(slash + 1)
    const before = named.get(key) ?? new Set<string>()
    const isRepeated = host === '*' ? before.size > 0 : before.has(host) || before.has('*')
    if (isRepeated) place.add(found.ineffective(`duplicated egress host: ${text}`))
    named.set(key, before.add(host))
  })
  if (named.get('*')?.has('*') && named.size > 1) at.at('hosts').add(found.ineffective('`*/*` host select all resources, no other hosts can be added'))
}
