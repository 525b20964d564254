/** Prints the version of this program and, with a mesh that is up, of its control plane and data plane. */
import type { CliContext } from '../../context.ts'
import { listOf, textOf } from '../../dump/json-value.ts'
import { formatValue } from '../../output/format.ts'
import { VERSION, type VersionFlags } from './flags.ts'

/** Istio's facts about a build; what has no meaning here is empty. */
interface BuildInfo {
  readonly version: string
  readonly revision: string
  readonly golang_version: string
  readonly status: string
  readonly tag: string
}

/** The versions, in the form of `istioctl version -o json`. */
export interface Versions {
  readonly clientVersion: BuildInfo
  readonly meshVersion?: readonly { readonly Component: string; readonly Info: BuildInfo }[]
  readonly dataPlaneVersion?: readonly { readonly ID: string; readonly IstioVersion: string }[]
}

/** Shows versions. A mesh that does not answer is said so on standard error; the client's version is shown all the same. */
export async function version(flags: VersionFlags, context: CliContext): Promise<void> {
  const remote = flags.remote ? await askMesh(flags.mesh, context) : {}
  const versions: Versions = { clientVersion: buildInfo(VERSION), ...remote }
  context.out(formatValue(flags.output, 'short', () => versions) ?? versionText(versions, flags.short))
}

const buildInfo = (text: string): BuildInfo => ({ version: text, revision: '', golang_version: '', status: '', tag: text })

async function askMesh(dir: string | undefined, context: CliContext): Promise<Omit<Versions, 'clientVersion'>> {
  const { chooseMesh } = await import('../../mesh/running-mesh.ts')
  const { mesh } = chooseMesh(dir, context)
  if (!mesh) return {}
  const [{ get }, { istiodPort }] = await Promise.all([import('../../mesh/http-get.ts'), import('../../mesh/proxies.ts')])
  try {
    const istiod = { who: 'istiod', port: istiodPort(mesh) }
    const [own, syncz] = await Promise.all([get(istiod, '/version'), get(istiod, '/debug/syncz')])
    const proxies = listOf(JSON.parse(syncz)).map((row) => ({ ID: textOf(row['proxy']), IstioVersion: textOf(row['istio_version']) }))
    return { meshVersion: [{ Component: 'istiod', Info: buildInfo(own.trim()) }], dataPlaneVersion: proxies }
  } catch (error) {
    context.err(`${error instanceof Error ? error.message : String(error)}\n`)
    return {}
  }
}

/** Lines for people. Without `short` every field of the build is named, as istioctl does. */
function versionText({ clientVersion, meshVersion, dataPlaneVersion }: Versions, short: boolean): string {
  const shown = (info: BuildInfo): string => (short ? info.version : `version.BuildInfo{Version:${JSON.stringify(info.version)}, GitRevision:"", GolangVersion:"", BuildStatus:"", GitTag:${JSON.stringify(info.tag)}}`)
  const lines = [`client version: ${shown(clientVersion)}`]
  for (const { Info } of meshVersion ?? []) lines.push(`control plane version: ${shown(Info)}`)
  if (dataPlaneVersion) lines.push(`data plane version: ${dataPlaneText(dataPlaneVersion)}`)
  return `${lines.join('\n')}\n`
}

/** `1.30.0 (6 proxies), 1.29.0 (1 proxies)`, or `none`. */
function dataPlaneText(proxies: readonly { readonly IstioVersion: string }[]): string {
  const counts = new Map<string, number>()
  for (const { IstioVersion } of proxies) counts.set(IstioVersion, (counts.get(IstioVersion) ?? 0) + 1)
  return counts.size === 0 ? 'none' : [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([text, count]) => `${text} (${count} proxies)`).join(', ')
}
