/** Under which names a client may call a service. @see istio pilot/pkg/networking/core/httproute.go, generateVirtualHostDomains */
import type { HostName } from '@istio-ts/foundation'
import type { MeshService } from '../services/mesh-service.ts'

/** How a client stands to a Kubernetes service: `own` namespace, another (`foreign`), or outside of Kubernetes naming (`plain`). */
export type NameForm = 'own' | 'foreign' | 'plain'

/** Which short names of a host hold for a client with the given DNS domain (`<namespace>.svc.<domain>`). */
export function nameForm(host: HostName, dnsDomain: string): NameForm {
  const [clientAt, hostAt] = [dnsDomain.indexOf('.svc.'), host.indexOf('.svc.')]
  if (clientAt < 0 || hostAt <= 0) return 'plain'
  const dot = host.indexOf('.')
  if (dot + 1 > hostAt) return 'plain'
  // Another cluster domain: its short names mean other hosts.
  if (host.slice(hostAt) !== dnsDomain.slice(clientAt)) return 'plain'
  return host.slice(dot + 1, hostAt) === dnsDomain.slice(0, clientAt) ? 'own' : 'foreign'
}

/** All names of a host without ports: the full name, the same with a closing dot, and the short names of the form. */
export function hostNames(host: HostName, form: NameForm): readonly string[] {
  const full = host === '*' ? [host] : [host, `${host}.`]
  const at = host.indexOf('.svc.')
  const withNamespace = host.slice(0, at)
  switch (form) {
    case 'plain': return full
    case 'own': return [...full, host.slice(0, host.indexOf('.')), `${withNamespace}.svc`, withNamespace]
    case 'foreign': return [...full, withNamespace, `${withNamespace}.svc`]
  }
}

/** Names of a service: of its host and aliases, of its single instances if it is headless, and its address. */
export function serviceNames(service: MeshService, form: NameForm, aliases: readonly { readonly host: HostName; readonly form: NameForm }[], families: Families): readonly string[] {
  const names = [...hostNames(service.host, form), ...aliases.flatMap((alias) => hostNames(alias.host, alias.form))]
  const instances = service.headless ? names.map((name) => `*.${name}`) : []
  return [...names, ...instances, ...virtualAddresses(service, families)]
}

/** IP families of a client; empty = unknown, taken as all. */
export type Families = readonly ('IPv4' | 'IPv6')[]

/** The addresses and ranges that a client of these families can dial: of a Kubernetes service one, of an entry all. A range of one address is that address. */
export function dialledAddresses(service: MeshService, families: Families): readonly string[] {
  const usable = service.addresses.map((address) => address.replace(/\/32$|^([^.]*)\/128$/, '$1')).filter((address) => families.length === 0 || families.includes(address.includes(':') ? 'IPv6' : 'IPv4'))
  return service.registry === 'kubernetes' ? usable.slice(0, 1) : usable
}

/** Addresses as they stand in a Host header: IPv6 in brackets. */
export const virtualAddresses = (service: MeshService, families: Families): readonly string[] =>
  dialledAddresses(service, families).map((address) => (address.includes(':') ? `[${address}]` : address))

/**
 * How a table tells ports apart: `none`: the listener knows the port; `all`: names with the port, and on port 80 without it too (the HTTP
 * proxy, where the port is only in the name).
 */
export type PortStyle = 'none' | 'all'

/** Names as they stand in a virtual host. */
export const domainsOf = (names: readonly string[], port: number, style: PortStyle): readonly string[] =>
  style === 'none' ? names : names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]))
