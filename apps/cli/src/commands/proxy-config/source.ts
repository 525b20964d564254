/** Where `proxy-config` gets what it shows: a file (`-` is standard input), or the admin interface of a proxy. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CliContext } from '../../context.ts'
import { readConfigDump, type ConfigDump } from '../../dump/config-dump.ts'
import { badNumber, needsTarget, unreadable } from '../../errors.ts'
import { get, type LoopbackServer } from '../../mesh/http-get.ts'
import { findProxy, proxiesOf } from '../../mesh/proxies.ts'
import { runningMesh } from '../../mesh/running-mesh.ts'
import { whyNot } from '../../why-not.ts'
import type { ProxyConfigFlags } from './flags.ts'

/** A text and where it came from. */
export interface SourceText {
  readonly text: string
  readonly origin: string
}

/** What to ask of a proxy: `/config_dump` with or without endpoints, or `/clusters?format=json`. */
export type Question = '/config_dump' | '/config_dump?include_eds=on' | '/clusters?format=json'

/** Reads the file, or asks the proxy. @throws MeshError MESH0964 if neither or both are named */
export async function readSource(what: string, target: string | undefined, question: Question, flags: ProxyConfigFlags, context: CliContext): Promise<SourceText> {
  if ((target === undefined) === (flags.file === undefined)) throw needsTarget(what)
  if (flags.file !== undefined) return { text: readText(flags.file, context), origin: flags.file }
  const server = adminOf(target ?? '', flags, context)
  return { text: await get(server, question), origin: `${server.who} ${question}` }
}

/** The dump. */
export async function readDump(what: string, target: string | undefined, flags: ProxyConfigFlags, context: CliContext, withEndpoints = false): Promise<ConfigDump> {
  const { text, origin } = await readSource(what, target, withEndpoints ? '/config_dump?include_eds=on' : '/config_dump', flags, context)
  return readConfigDump(text, origin)
}

/** The admin interface of a workload or gateway; its `who` is `name.namespace`. */
export function adminOf(target: string, flags: ProxyConfigFlags, context: CliContext): LoopbackServer {
  const proxy = findProxy(proxiesOf(runningMesh(flags.mesh, context)), target, flags.namespace)
  return { who: proxy.id, port: portFlag('--proxy-admin-port', flags.proxyAdminPort) ?? proxy.admin }
}

/** A port given as a flag. @throws MeshError MESH0972 for what is no number */
export function portFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,5}$/.test(text)) throw badNumber(flag, text)
  return Number(text)
}

/** A file's text. @throws MeshError MESH0970 */
export function readText(file: string, context: CliContext): string {
  try {
    return readFileSync(file === '-' ? 0 : resolve(context.cwd, file), 'utf8')
  } catch (error) {
    throw unreadable(file, whyNot(error))
  }
}
