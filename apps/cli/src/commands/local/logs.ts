/** `istioctl local logs [WORKLOAD] [--follow]`. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { logFile, readView } from '@istio-ts/local/node'
import type { CliContext } from '../../context.ts'
import { notUp, severalWorkloads, unknownWorkload } from './errors.ts'
import { findMesh } from './find-mesh.ts'
import type { LogsFlags } from './flags.ts'
import { tailFile, type FileTail } from './tail-file.ts'

const FOLLOW_MS = 200

/** Prints log files, each line with its source when there are several. They stay after `down`, and can be read then. */
export async function logs(workload: string | undefined, flags: LogsFlags, context: CliContext): Promise<void> {
  const mesh = await findMesh(flags.filename, context)
  if (!existsSync(join(mesh.stateFolder, 'logs'))) throw notUp(mesh.folder)
  const wanted = workload === undefined ? () => allFiles(mesh.stateFolder) : filesOf(workload, mesh.stateFolder)
  const tails = new Map<string, FileTail>()
  const printNew = (atEnd: boolean): void => {
    const files = wanted()
    for (const file of files) {
      const tail = tails.get(file) ?? tailFile(file)
      tails.set(file, tail)
      const prefix = files.length > 1 ? `${basename(file, '.log')} | ` : ''
      for (const lines of tail.read(atEnd)) context.out(prefix === '' ? lines : withPrefix(lines, prefix))
    }
  }
  printNew(!flags.follow)
  while (flags.follow) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS))
    printNew(false)
  }
}

/** `lines` ends with a line end. */
const withPrefix = (lines: string, prefix: string): string => `${prefix}${lines.slice(0, -1).replaceAll('\n', `\n${prefix}`)}\n`

const allFiles = (stateFolder: string): readonly string[] =>
  readdirSync(join(stateFolder, 'logs')).filter((name) => name.endsWith('.log')).sort().map((name) => join(stateFolder, 'logs', name))

/** The logs of a workload are its process's and its sidecar's; a sidecar may get its first line later. @throws MeshError MESH0904, MESH0911 */
function filesOf(workload: string, stateFolder: string): () => readonly string[] {
  const key = workload === 'istiod' || workload === 'supervisor' ? undefined : keyOf(workload, stateFolder)
  const files = (key === undefined ? [workload] : [`app/${key}`, `proxy/${key}`]).map((id) => logFile(stateFolder, id))
  return () => files.filter((file) => existsSync(file))
}

/** `namespace/name` of `name[.namespace]`; without a namespace it is `default`, else the only one that has the name. */
function keyOf(workload: string, stateFolder: string): string {
  const known = knownKeys(stateFolder)
  const shown = (key: string): string => key.split('/').reverse().join('.')
  const found = known.filter((key) => shown(key) === workload || key.split('/')[1] === workload)
  const exact = found.find((key) => shown(key) === workload) ?? found.find((key) => key === `default/${workload}`) ?? found[0]
  if (exact === undefined) throw unknownWorkload(workload, known.map(shown))
  if (found.length > 1 && shown(exact) !== workload && exact !== `default/${workload}`) throw severalWorkloads(workload, found.map(shown))
  return exact
}

/** Of the mesh that is up, and of those that have left logs. */
function knownKeys(stateFolder: string): readonly string[] {
  const view = readView(stateFolder)
  const running = [...(view?.workloads ?? []), ...(view?.gateways ?? [])].map(({ plan }) => plan.key)
  const logged = allFiles(stateFolder).flatMap((file) => {
    const [, namespace, name] = /^(?:app|proxy)\.([^.]+)\.(.+)\.log$/.exec(basename(file)) ?? []
    return namespace === undefined || name === undefined ? [] : [`${namespace}/${name}`]
  })
  return [...new Set([...running, ...logged])].sort()
}
