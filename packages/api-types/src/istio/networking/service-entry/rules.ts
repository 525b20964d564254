/** Istio's rules for a ServiceEntry. */
import { isWildcard } from '@istio-ts/foundation'
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import type { Resource } from '../../../resource.ts'
import { checkIpSubnet, checkPort, checkPortName, checkProtocol, parseProtocol } from '../../../validation/addresses.ts'
import { checkWildcardDomain, domainProblem, isPartialWildcard } from '../../../validation/domains.ts'
import { checkExportTo } from '../../../validation/export-to.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkLabels, checkNetworkingSelector } from '../../../validation/labels.ts'
import { checkEndpointAddress, checkEndpointPorts, checkWorkloadEntry } from '../workload-entry/rules.ts'
import type { ServiceEntrySpec } from './types.ts'

/** Opts a ServiceEntry out of automatic addresses. */
const AUTO_ALLOCATE = 'networking.istio.io/enable-autoallocate-ip'

type Metadata = Pick<Resource, 'metadata'>

/** Checks the spec; `at` stands at it. */
export function checkServiceEntry(spec: ServiceEntrySpec, at: Findings, resource: Metadata): void {
  if (!checkNetworkingSelector('service entry', spec.workloadSelector, at)) return
  if (spec.workloadSelector && spec.endpoints) at.add(found.conflict('only one of WorkloadSelector or Endpoints is allowed in Service Entry'))
  checkHosts(spec, at)
  checkAddresses(spec, at)
  const ports = checkPorts(spec, resource, at)
  checkResolution(spec, ports, at)
  checkHostsCanBeTold(spec, at)
  checkExportTo(spec.exportTo, { namespace: resource.metadata.namespace, isServiceEntry: true }, at)
}

function checkHosts(spec: ServiceEntrySpec, at: Findings): void {
  if (!spec.hosts || spec.hosts.length === 0) at.at('hosts').add(found.missing('service entry must have at least one host'))
  at.each('hosts', spec.hosts, (host, place) => {
    if (host === '*') return place.add(found.invalidHost('invalid host *', 'Name a host or a domain.'))
    checkWildcardDomain(host, place)
    if (isPartialWildcard(host)) place.add(found.questionable(`partial wildcard ${JSON.stringify(host)} not allowed`, 'Let the wildcard be the whole first label.'))
  })
}

function checkAddresses(spec: ServiceEntrySpec, at: Findings): void {
  at.each('addresses', spec.addresses, checkIpSubnet)
  const resolution = spec.resolution ?? 'NONE'
  if (spec.addresses?.some((address) => address.includes('/')) && resolution !== 'NONE' && resolution !== 'STATIC') {
    at.at('addresses').add(found.conflict('CIDR addresses are allowed only for NONE/STATIC resolution types', 'List addresses, or change resolution.'))
  }
}

/** Checks the ports and returns their names. */
function checkPorts(spec: ServiceEntrySpec, resource: Metadata, at: Findings): ReadonlySet<string> {
  const names = new Set<string>()
  const numbers = new Set<number>()
  // DYNAMIC_DNS takes no address and no TCP port at all; that is said elsewhere.
  const needsAddress = (spec.addresses?.length ?? 0) === 0 && spec.resolution !== 'DYNAMIC_DNS' && !allocatesAddress(spec, resource)
  at.each('ports', spec.ports, (port, place) => {
    if (names.has(port.name)) place.at('name').add(found.duplicate(`service entry port name ${JSON.stringify(port.name)} already defined`))
    if (numbers.has(port.number)) place.at('number').add(found.duplicate(`service entry port ${port.number} already defined`))
    names.add(port.name)
    numbers.add(port.number)
    if (port.targetPort) checkPort(port.targetPort, place.at('targetPort'))
    if (port.targetPort && (spec.resolution ?? 'NONE') === 'NONE') place.at('targetPort').add(found.ineffective('targetPort has no effect when resolution mode is NONE'))
    if (needsAddress && (!port.protocol || port.protocol === 'TCP')) {
      place.add(found.questionable('addresses are required for ports serving TCP (or unset) protocol when no address is allocated automatically', 'Add addresses, or name the protocol.'))
    }
    checkPortName(port.name ?? '', place.at('name'))
    checkProtocol(port.protocol, place.at('protocol'))
    checkPort(port.number ?? 0, place.at('number'))
  })
  return names
}

/** Whether istiod gives the entry an address of its own. @see PILOT_ENABLE_IP_AUTOALLOCATE */
const allocatesAddress = (spec: ServiceEntrySpec, resource: Metadata): boolean =>
  resource.metadata.labels?.[AUTO_ALLOCATE] !== 'false' && (spec.resolution ?? 'NONE') !== 'NONE' && !spec.hosts?.some(isWildcard)

function checkResolution(spec: ServiceEntrySpec, ports: ReadonlySet<string>, at: Findings): void {
  const resolution = spec.resolution ?? 'NONE'
  switch (resolution) {
    case 'NONE':
      if (spec.endpoints && spec.endpoints.length > 0) at.at('endpoints').add(found.conflict('no endpoints should be provided for resolution type none', 'Set resolution to STATIC or DNS.'))
      if (spec.workloadSelector) at.at('workloadSelector').add(found.ineffective('workloadSelector should not be set when resolution mode is NONE', 'Set resolution to STATIC.'))
      return
    case 'STATIC':
      return at.each('endpoints', spec.endpoints, (endpoint, place) => checkWorkloadEntry(endpoint, { servicePorts: ports, allowsDomains: false }, place))
    case 'DNS':
    case 'DNS_ROUND_ROBIN':
      return checkDns(spec, resolution, ports, at)
    case 'DYNAMIC_DNS':
      return checkDynamicDns(spec, at)
    default:
      at.at('resolution').add(found.unsupported(`unsupported resolution type ${String(resolution)}`))
  }
}

function checkDns(spec: ServiceEntrySpec, resolution: string, ports: ReadonlySet<string>, at: Findings): void {
  const endpoints = spec.endpoints ?? []
  if (endpoints.length === 0) {
    at.each('hosts', spec.hosts, (host, place) => {
      if (domainProblem(host) !== undefined) place.add(found.invalidHost(`hosts must be FQDN if no endpoints are provided for resolution mode ${resolution}`, 'Add endpoints, or name the host in full.'))
    })
  }
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) at.at('endpoints').add(found.conflict(`there must only be 0 or 1 endpoint for resolution mode ${resolution}`, 'Use DNS.'))
  at.each('endpoints', endpoints, (endpoint, place) => {
    checkEndpointAddress(endpoint.address ?? '', true, place.at('address'))
    checkLabels('labels', endpoint.labels, place)
    checkEndpointPorts(endpoint, ports, place)
  })
  if ((spec.addresses?.length ?? 0) > 0 && (spec.hosts?.length ?? 0) > 1 && spec.ports?.some((port) => parseProtocol(port.protocol)?.isTcp)) {
    at.at('hosts').add(found.questionable('service entry can not have more than one host specified simultaneously with address and tcp port', 'Use one ServiceEntry per host.'))
  }
}

/** The host of each request is resolved: that needs a host in the request, and no addresses of our own. */
function checkDynamicDns(spec: ServiceEntrySpec, at: Findings): void {
  const mode = 'resolution mode DYNAMIC_DNS'
  if ((spec.addresses?.length ?? 0) > 0) at.at('addresses').add(found.conflict(`addresses are not supported for ${mode}`))
  if ((spec.endpoints?.length ?? 0) > 0) at.at('endpoints').add(found.conflict(`endpoints are not supported for ${mode}`))
  if (spec.workloadSelector) at.at('workloadSelector').add(found.conflict(`workloadSelector is not supported for ${mode}`))
  if (spec.location === 'MESH_INTERNAL') at.at('location').add(found.conflict(`location MESH_INTERNAL is not supported for ${mode}`))
  at.each('hosts', spec.hosts, (host, place) => {
    if (!isWildcard(host)) place.add(found.invalidHost(`hosts must be wildcards for ${mode}`, 'Use DNS for a single host.'))
  })
  at.each('ports', spec.ports, (port, place) => {
    const protocol = parseProtocol(port.protocol)
    if (!protocol?.isHttp && !protocol?.isTls) place.at('protocol').add(found.unsupported(`only HTTP and TLS protocols are supported for ${mode}`))
  })
}

/** With one address, hosts can only be told apart by a host header or SNI. */
function checkHostsCanBeTold(spec: ServiceEntrySpec, at: Findings): void {
  if ((spec.resolution ?? 'NONE') === 'NONE' || (spec.hosts?.length ?? 0) < 2) return
  const mixed = spec.ports?.some((port) => {
    const protocol = parseProtocol(port.protocol)
    return !protocol?.isHttp && !protocol?.isTls
  })
  if (mixed) at.at('hosts').add(found.conflict('multiple hosts provided with non-HTTP, non-TLS ports', 'Use one ServiceEntry per host.'))
}
