/** Asks istiod for the state of its proxies, or compares one proxy with what istiod has for it. */
import { formatDiagnostic, type Diagnostic } from '@istio-ts/foundation'
import type { CliContext } from '../../context.ts'
import { parseJson, readConfigDump } from '../../dump/config-dump.ts'
import { badNumber, notConnected } from '../../errors.ts'
import { ask, get, type LoopbackServer } from '../../mesh/http-get.ts'
import { findProxy, istiodPort, proxiesOf } from '../../mesh/proxies.ts'
import { runningMesh } from '../../mesh/running-mesh.ts'
import { formatValue } from '../../output/format.ts'
import { portFlag, readText } from '../proxy-config/source.ts'
import { clientsOfSyncz, statusResponse, type StatusResponse } from './client-config.ts'
import { compareDumps } from './compare.ts'
import type { ProxyStatusFlags } from './flags.ts'
import { narrowed, statusTable } from './status-table.ts'

/** Shows all proxies, or compares the one that is named. */
export async function proxyStatus(target: string | undefined, flags: ProxyStatusFlags, context: CliContext): Promise<void> {
  const mesh = runningMesh(flags.mesh, context)
  const istiod: LoopbackServer = { who: 'istiod', port: istiodPort(mesh) }
  if (target === undefined) {
    const [version, syncz, findings] = await Promise.all([get(istiod, '/version'), get(istiod, '/debug/syncz'), get(istiod, '/debug/diagnostics')])
    for (const line of refusals(parseJson(findings, 'istiod /debug/diagnostics'))) context.err(`${line}\n`)
    context.out(statusText([statusResponse('istiod', version.trim(), clientsOfSyncz(parseJson(syncz, 'istiod /debug/syncz')))], flags))
    return
  }
  const proxy = findProxy(proxiesOf(mesh), target, flags.namespace)
  const server: LoopbackServer = { who: proxy.id, port: portFlag('--proxy-admin-port', flags.proxyAdminPort) ?? proxy.admin }
  const [theirs, own] = await Promise.all([istiodDump(istiod, proxy.id), flags.file === undefined ? get(server, '/config_dump') : readText(flags.file, context)])
  context.out(compareDumps(readConfigDump(theirs, 'istiod /debug/config_dump'), readConfigDump(own, flags.file ?? `${proxy.id} /config_dump`), Intl.DateTimeFormat().resolvedOptions().timeZone))
}

/** What proxies refuse, where it was written and what to do: beside the table, which is Istio's. */
const refusals = (findings: unknown): readonly string[] => (Array.isArray(findings) ? findings.filter(isRefusal).map(formatDiagnostic) : [])

const isRefusal = (finding: unknown): finding is Diagnostic => typeof finding === 'object' && finding !== null && 'code' in finding && finding.code === 'MESH0550'

async function istiodDump(istiod: LoopbackServer, proxyId: string): Promise<string> {
  const { status, body } = await ask(istiod, 'GET', `/debug/config_dump?proxyID=${encodeURIComponent(proxyId)}`)
  if (status === 404) throw notConnected(proxyId)
  return body
}

/** All proxies as a table, JSON or YAML: one document per control plane. */
export function statusText(responses: readonly StatusResponse[], flags: Pick<ProxyStatusFlags, 'output' | 'namespace' | 'verbosity'>): string {
  if (!/^\d+$/.test(flags.verbosity)) throw badNumber('--verbosity', flags.verbosity)
  const wanted = narrowed(responses, flags)
  const texts = wanted.map((response) => formatValue(flags.output, 'table', () => response))
  return texts.every((text) => text !== undefined) && texts.length > 0 ? texts.join(flags.output === 'yaml' ? '---\n' : '') : statusTable(wanted, Number(flags.verbosity))
}
