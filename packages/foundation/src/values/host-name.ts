/** Host names as Istio compares them: exact names and `*` wildcards. */

/** A fully qualified host or a wildcard such as `*.example.com` or `*`; lower case. */
export type HostName = string

/** True for `*` and names that start with `*`. */
export const isWildcard = (host: HostName): boolean => host.startsWith('*')

/** True if every name that `host` stands for is also covered by `pattern`. @see istio pkg/config/host */
export function hostCovers(pattern: HostName, host: HostName): boolean {
  if (!isWildcard(pattern)) return pattern === host
  const suffix = pattern.slice(1)
  return isWildcard(host) ? host.slice(1).endsWith(suffix) : host.endsWith(suffix)
}

/** True if some name is covered by both. */
export const hostsOverlap = (a: HostName, b: HostName): boolean => hostCovers(a, b) || hostCovers(b, a)

/** Istio's order of hosts: exact before wildcards, longer before shorter, then by text. */
export function compareHosts(a: HostName, b: HostName): number {
  if (isWildcard(a) !== isWildcard(b)) return isWildcard(a) ? 1 : -1
  return b.length - a.length || (a < b ? -1 : a > b ? 1 : 0)
}

/** Resolves a short host (`reviews`) against the namespace of the resource that names it; hosts with a dot or wildcard stay. */
export const resolveShortHost = (host: string, namespace: string, domain = 'cluster.local'): HostName =>
  host.includes('.') || isWildcard(host) ? host : `${host}.${namespace}.svc.${domain}`
