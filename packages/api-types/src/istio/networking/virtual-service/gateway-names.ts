/** How a VirtualService names gateways. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import { checkDomain, isDnsLabel } from '../../../validation/domains.ts'
import type { Findings } from '../../../validation/findings.ts'

/** The gateway that stands for all sidecars. */
export const MESH_GATEWAY = 'mesh'

/** Checks `namespace/name` or a plain name. @param gatewaySemantics made from the Gateway API: names are generated */
export function checkGatewayNames(names: readonly string[] | undefined, gatewaySemantics: boolean, at: Findings): void {
  at.each('gateways', names, (name, place) => {
    const slash = name.indexOf('/')
    if (slash < 0) checkPlainName(name, place)
    else checkNamespacedName(name.slice(0, slash), name.slice(slash + 1), gatewaySemantics, place)
  })
}

function checkPlainName(name: string, at: Findings): void {
  const [first, second] = name.split('.')
  if (second !== undefined) {
    const better = `${second}/${first}`
    at.add(found.deprecated(`using legacy gatewayName format ${JSON.stringify(name)}; prefer the <namespace>/<name> format: ${JSON.stringify(better)}`, `Write ${better}.`))
  }
  checkDomain(name, at)
}

function checkNamespacedName(namespace: string, name: string, gatewaySemantics: boolean, at: Findings): void {
  if (namespace === '' || name === '') at.add(found.missing('config namespace and gateway name cannot be empty'))
  if (!isDnsLabel(namespace)) at.add(found.invalidName(`invalid value for namespace: ${JSON.stringify(namespace)}`))
  if (!isDnsLabel(name) && !gatewaySemantics) at.add(found.invalidName(`invalid value for gateway name: ${JSON.stringify(name)}`))
}
