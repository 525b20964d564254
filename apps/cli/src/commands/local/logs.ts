/** `istioctl local logs [WORKLOAD] [--follow]`. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { logFile, readView } from '@istio-ts/local/node'
import type { CliContext } from '../../context.ts'
import { notUp, unknownWorkload } from './errors.ts'
import { findMesh } from './find-mesh.ts'
import type { LogsFlags } from './index.ts'

const FOLLOW_MS = 200

/** Prints log files, each line with its source when there are several. */
export async function logs(workload: string | undefined, flags: LogsFlags, context: CliContext): Promise<void> {
  const mesh = await findMesh(flags.filename, context)
  const folder = join(mesh.stateFolder, 'logs')
  if (!existsSync(folder)) throw notUp(mesh.folder)
  const files = workload === undefined ? readdirSync(folder).filter((name) => name.endsWith('.log')).sort().map((name) => join(folder, name)) : filesOf(workload, mesh.stateFolder)
  const prefix = (file: string): string => (files.length > 1 ? `${basename(file, '.log')} | ` : '')
  const print = (file: string, text: string): void => {
    if (text === '') return
    const lines = text.endsWith('\n') ? text.slice(0, -1) : text
    context.out(`${prefix(file)}${lines.replaceAll('\n', `\n${prefix(file)}`)}\n`)
  }
  const offsets = new Map(files.map((file) => [file, printFrom(file, 0, print)]))
  while (flags.follow) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS))
    for (const file of files) offsets.set(file, printFrom(file, offsets.get(file) ?? 0, print))
  }
}

/** The logs of a workload are its process's and its sidecar's. */
function filesOf(workload: string, stateFolder: string): readonly string[] {
  if (workload === 'istiod' || workload === 'supervisor') return [logFile(stateFolder, workload)]
  const view = readView(stateFolder)
  const plans = [...(view?.workloads ?? []), ...(view?.gateways ?? [])].map((entry) => entry.plan)
  const plan = plans.find((candidate) => `${candidate.workload}.${candidate.namespace}` === workload) ?? plans.find((candidate) => candidate.workload === workload)
  if (!plan) throw unknownWorkload(workload, plans.map((candidate) => `${candidate.workload}.${candidate.namespace}`))
  return [logFile(stateFolder, `app/${plan.key}`), logFile(stateFolder, `proxy/${plan.key}`)].filter((file) => existsSync(file))
}

/** Prints what is new since `offset`; a file that shrank begins anew. @returns the new offset */
function printFrom(file: string, offset: number, print: (file: string, text: string) => void): number {
  if (!existsSync(file)) return 0
  if (offset === 0) {
    const text = readFileSync(file)
    print(file, text.toString())
    return text.length
  }
  const fd = openSync(file, 'r')
  try {
    const { size } = fstatSync(fd)
    if (size <= offset) return size
    const bytes = Buffer.alloc(size - offset)
    readSync(fd, bytes, 0, bytes.length, offset)
    print(file, bytes.toString())
    return size
  } finally {
    closeSync(fd)
  }
}
