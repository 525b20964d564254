/** Istio's rules for MeshNetworks. */
import { apiDiagnostics as found } from '../../diagnostics.ts'
import { checkIpSubnet, checkPort, isIpAddress } from '../../validation/addresses.ts'
import { checkDomain, domainProblem, isDnsLabel } from '../../validation/domains.ts'
import type { Findings } from '../../validation/findings.ts'
import type { MeshNetworks } from '../mesh-networks.ts'

/** All findings of MeshNetworks. */
export function checkMeshNetworks(networks: MeshNetworks, at: Findings): void {
  at.entries('networks', networks.networks, (network, place) => {
    place.each('endpoints', network?.endpoints, ({ fromCidr, fromRegistry }, here) => {
      if (fromCidr !== undefined) checkIpSubnet(fromCidr, here.at('fromCidr'))
      if (fromRegistry !== undefined && !isDnsLabel(fromRegistry)) here.at('fromRegistry').add(found.invalidName(`invalid registry name: ${fromRegistry}`))
    })
    place.each('gateways', network?.gateways, ({ registryServiceName, address, port }, here) => {
      if (registryServiceName !== undefined) checkDomain(registryServiceName, here.at('registryServiceName'))
      if (address !== undefined && !isIpAddress(address) && domainProblem(address) !== undefined) {
        here.at('address').add(found.invalidAddress(`${address} is not a valid IP address or DNS name`))
      }
      checkPort(port ?? 0, here.at('port'))
    })
  })
}
