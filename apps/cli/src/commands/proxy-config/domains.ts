/** The domains of a virtual host, shortened: no ports, no longer forms of a name that is there in short. */

const SHOWN = 2

/** At most two domains, and how many more there are. */
export function describeDomains(domains: readonly string[]): string {
  if (domains.length <= 1) return domains[0] ?? ''
  const plain = withoutLongForms(domains.filter(hasNoPort))
  // Where each domain has a port (the HTTP proxy port of a local mesh), istioctl would show nothing at all.
  const names = plain.length > 0 ? plain : domains
  return names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')} + ${names.length - SHOWN} more...` : names.join(', ')
}

/** `[fd00::1]` has colons but no port. */
const hasNoPort = (domain: string): boolean => !domain.includes(':') || (domain.split(':').length > 3 && domain.endsWith(']'))

/** `a.b.svc.cluster.local` and `a.b.svc` say nothing new beside `a.b`. */
function withoutLongForms(domains: readonly string[]): readonly string[] {
  const present = new Set(domains)
  const isLongForm = (domain: string): boolean => ['.svc.cluster.local', '.svc'].some((end) => domain.endsWith(end) && present.has(domain.slice(0, -end.length)))
  return domains.filter((domain) => !isLongForm(domain))
}
