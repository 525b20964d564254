/** The supervisor's process: `istioctl local supervise`, started by `up`. */
import { realpathSync } from 'node:fs'
import { DEFAULT_CLUSTER } from '@istio-ts/foundation'
import { systemClock } from '@istio-ts/foundation/node'
import { parseObject } from '@istio-ts/api-types/yaml'
import { fileSource } from '@istio-ts/kube/node'
import { withoutProxyVariables } from '@istio-ts/local'
import { supervise, type SupervisorDeps } from '@istio-ts/local/node'
import type { CliContext } from '../../context.ts'
import { findMesh } from './find-mesh.ts'

const watch: SupervisorDeps['watch'] = async (folder, onContent) => {
  const source = fileSource({ clock: systemClock }, { folder, cluster: DEFAULT_CLUSTER, parse: parseObject }, {
    onChange: (_, state) => onContent({ resources: [...state.resources.values()], diagnostics: state.diagnostics }),
  })
  await source.start()
  await source.ready()
  return source
}

/** Supervises until SIGTERM or SIGINT, then takes everything down. SIGHUP ends pauses before restarts. */
export async function superviseFolder(folder: string, context: CliContext): Promise<void> {
  const mesh = await findMesh(realpathSync(folder), context)
  const supervisor = await supervise({ clock: systemClock, log: (line) => context.err(`${new Date().toISOString()} ${line}\n`), watch }, {
    folder: mesh.folder,
    stateFolder: mesh.stateFolder,
    node: context.node,
    istiodBin: context.istiodBin,
    proxyBin: context.proxyBin,
    inherited: withoutProxyVariables(context.env),
  })
  process.on('SIGHUP', () => supervisor.poke())
  // The clock's timers do not keep a process alive; this one does.
  const alive = setInterval(() => {}, 60_000)
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  clearInterval(alive)
  await supervisor.stop()
}
