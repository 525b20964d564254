/** What istiod has for a proxy against what the proxy has: clusters, listeners, routes. */
import { body, hasSection, section, type ConfigDump } from '../../dump/config-dump.ts'
import { at, listOf, sortedKeys, textOf, type Fields } from '../../dump/json-value.ts'
import { compareText } from '../../dump/subset-key.ts'
import { unifiedDiff } from './unified-diff.ts'

/** Equal lines around a difference, as istioctl shows them. */
const CONTEXT = 7

/** The report; its lines are `Clusters Match` and so on, or a diff. @param timeZone of the time that is shown */
export function compareDumps(istiod: ConfigDump, proxy: ConfigDump, timeZone: string): string {
  const clusters = diffOf('Clusters', istiod, proxy, (dump) => resources(dump, 'clusters', 'dynamicActiveClusters', (entry) => entry['cluster']))
  const listeners = diffOf('Listeners', istiod, proxy, (dump) => resources(dump, 'listeners', 'dynamicListeners', (entry) => at(entry, 'activeState', 'listener')))
  const routes = diffOf('Routes', istiod, proxy, (dump) => resources(dump, 'routes', 'dynamicRouteConfigs', (entry) => entry['routeConfig']))
  const loaded = lastLoaded(proxy, timeZone)
  return [
    clusters === '' ? 'Clusters Match\n' : `${clusters}\n`,
    listeners === '' ? 'Listeners Match\n' : `${listeners}\n`,
    routes === '' ? `Routes Match${loaded}\n` : `Routes Don't Match${loaded}\n${routes}\n`,
  ].join('')
}

function diffOf(what: string, istiod: ConfigDump, proxy: ConfigDump, read: (dump: ConfigDump) => readonly Fields[]): string {
  return unifiedDiff(linesOf(read(istiod)), linesOf(read(proxy)), { from: `Istiod ${what}`, to: `Envoy ${what}`, context: CONTEXT })
}

/** The resources by name; versions and times are left out, as they say nothing about what a proxy does. */
function resources(dump: ConfigDump, name: 'clusters' | 'listeners' | 'routes', list: string, pick: (entry: Fields) => unknown): readonly Fields[] {
  if (!hasSection(dump, name)) return []
  return listOf(section(dump, name)[list]).map((entry) => body(pick(entry))).filter((one) => Object.keys(one).length > 0).sort((a, b) => compareText(textOf(a['name']), textOf(b['name'])))
}

const linesOf = (list: readonly Fields[]): readonly string[] => list.flatMap((one) => JSON.stringify(sortedKeys(one), null, 3).split('\n'))

/** ` (RDS last loaded at ...)` in the form of RFC 1123, if the proxy tells. */
function lastLoaded(proxy: ConfigDump, timeZone: string): string {
  const entries = hasSection(proxy, 'routes') ? listOf(section(proxy, 'routes')['dynamicRouteConfigs']) : []
  const times = entries.map((entry) => Date.parse(textOf(entry['lastUpdated']))).filter((time) => !Number.isNaN(time))
  return times.length === 0 ? '' : ` (RDS last loaded at ${rfc1123(new Date(Math.max(...times)), timeZone)})`
}

function rfc1123(time: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', day: '2-digit', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short' }).formatToParts(time)
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('weekday')}, ${part('day')} ${part('month')} ${part('year')} ${part('hour')}:${part('minute')}:${part('second')} ${part('timeZoneName')}`
}
