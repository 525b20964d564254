/** Istio's rules for a WorkloadEntry. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import { checkPort, checkPortName, checkUnixPath, isIpAddress, UNIX_PREFIX } from '../../../validation/addresses.ts'
import { domainProblem } from '../../../validation/domains.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkLabels } from '../../../validation/labels.ts'
import type { WorkloadEntrySpec } from './types.ts'

/** Where an entry stands. */
export interface WorkloadEntryUse {
  /** Names of the ports of the ServiceEntry; absent: the entry stands alone. */
  readonly servicePorts?: ReadonlySet<string>
  /** Static endpoints need addresses that nobody has to resolve. */
  readonly allowsDomains: boolean
}

/** Checks the spec; `at` stands at it. */
export function checkWorkloadEntry(spec: WorkloadEntrySpec, use: WorkloadEntryUse, at: Findings): void {
  const address = spec.address ?? ''
  if (address === '') {
    if (!spec.network) return at.at('address').add(found.missing('address is required'))
    at.at('address').add(found.questionable(`address is unset with network ${JSON.stringify(spec.network)}`, 'Set address, unless a gateway of the network is meant.'))
  }
  const isUnix = address.startsWith(UNIX_PREFIX)
  if (isUnix) checkUnix(spec, address, at)
  else if (address !== '') checkEndpointAddress(address, use.allowsDomains, at.at('address'))
  checkEndpointPorts(spec, use.servicePorts, at)
  checkLabels('labels', spec.labels, at)
  if (isUnix && use.servicePorts && use.servicePorts.size !== 1) at.at('address').add(found.conflict('exactly 1 service port required for unix endpoints', 'Use a ServiceEntry with one port.'))
}

function checkUnix(spec: WorkloadEntrySpec, address: string, at: Findings): void {
  checkUnixPath(address.slice(UNIX_PREFIX.length), at.at('address'))
  if (Object.keys(spec.ports ?? {}).length > 0) at.at('ports').add(found.conflict(`unix endpoint ${address} must not include ports`))
}

/** Checks the address of an endpoint: an IP address or, where allowed, a DNS name. */
export function checkEndpointAddress(address: string, allowsDomains: boolean, at: Findings): void {
  if (isIpAddress(address)) return
  if (!allowsDomains) at.add(found.invalidAddress(`endpoint address ${JSON.stringify(address)} is not a valid IP address`))
  else if (domainProblem(address) !== undefined) at.add(found.invalidAddress(`endpoint address ${JSON.stringify(address)} is not a valid FQDN or an IP address`))
}

/** Checks the ports of an endpoint against those of the service. */
export function checkEndpointPorts(spec: WorkloadEntrySpec, servicePorts: ReadonlySet<string> | undefined, at: Findings): void {
  at.entries('ports', spec.ports, (port, place, name) => {
    if (servicePorts && !servicePorts.has(name)) place.add(found.missing(`endpoint port ${port} is not defined by the service entry`, `Add a port ${name} to ports.`))
    checkPortName(name, place)
    checkPort(port, place)
  })
}
