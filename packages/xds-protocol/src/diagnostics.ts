/** Every diagnostic this package makes; codes 0550-0599. */
import type { Diagnostic, Provenance } from '@istio-ts/foundation'
import type { RefusedConfig } from './server-session/state.ts'
import { shortTypeName } from './type-urls.ts'

/** A proxy, and what it refuses. */
export interface RefusingProxy {
  readonly proxy: string
  readonly refused: readonly RefusedConfig[]
}

/** MESH0550: proxies refused what was made from one resource; `origin` is where a person has to look. */
export function refusedByProxies(typeUrl: string, origin: Provenance | undefined, proxies: readonly RefusingProxy[]): Diagnostic {
  const names = [...new Set(proxies.flatMap(({ refused }) => refused.map(({ name }) => name)))].sort()
  const what = `${shortTypeName(typeUrl).toUpperCase()} ${listed(names, 3)}`
  const who = proxies.length === 1 ? `Proxy ${proxies[0]?.proxy ?? ''}` : `Proxies ${listed(proxies.map(({ proxy }) => proxy).sort(), 3)}`
  const [keep, take] = proxies.length === 1 ? ['It keeps', 'takes'] : ['They keep', 'take']
  return {
    code: 'MESH0550',
    severity: 'error',
    ...(origin ? { resource: origin.resource, ...(origin.path === '' ? {} : { path: origin.path }) } : {}),
    message: `${who} refused ${what}${origin ? ', made of it' : ''}: ${sayings(proxies)}. ${keep} the last good form of it and ${take} everything else.`,
    remedy: origin ? 'Correct it; the new form is sent at once.' : 'Change the configuration it was made from; the new form is sent at once.',
  }
}

/** What proxies said, the first thing of each; proxies of different kinds say the same in different words. */
function sayings(proxies: readonly RefusingProxy[]): string {
  const said = [...new Set(proxies.map(({ refused }) => refused[0]?.detail.split('\n')[0]?.trim().replace(/\.+$/, '') ?? ''))].sort()
  return said.length > 2 ? `${said.slice(0, 2).join('; ')}; and the like` : said.join('; ')
}

/** `a, b, c and 4 more`. */
const listed = (names: readonly string[], most: number): string =>
  names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ')
