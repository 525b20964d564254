/** The supervisor's process: `istioctl local supervise`, started by `up`. */
import { realpathSync } from 'node:fs'
import { DEFAULT_CLUSTER } from '@istio-ts/foundation'
import { systemClock } from '@istio-ts/foundation/node'
import { parseObject } from '@istio-ts/api-types/yaml'
import { fileSource } from '@istio-ts/kube/node'
import { withoutProxyVariables } from '@istio-ts/local'
import { supervise, type Supervisor, type SupervisorDeps } from '@istio-ts/local/node'
import type { CliContext } from '../../context.ts'
import { findMesh } from './find-mesh.ts'
import { interruption } from './interruption.ts'

const watch: SupervisorDeps['watch'] = async (folder, onContent) => {
  const source = fileSource({ clock: systemClock }, { folder, cluster: DEFAULT_CLUSTER, parse: parseObject }, {
    onChange: (_, state) => onContent({ resources: [...state.resources.values()], diagnostics: state.diagnostics }),
  })
  await source.start()
  await source.ready()
  return source
}

/** Supervises until SIGTERM or SIGINT, then takes everything down. SIGUSR2 ends pauses before restarts. */
export async function superviseFolder(folder: string, context: CliContext): Promise<void> {
  // Signals come as soon as others see that there is a supervisor, and one that nobody listens to would end it at once.
  const ended = interruption(context)
  let supervisor: Supervisor | undefined
  process.on('SIGUSR2', () => supervisor?.poke())
  try {
    const mesh = await findMesh(realpathSync(folder), context)
    supervisor = await supervise({ clock: systemClock, log: (line) => context.err(`${new Date().toISOString()} ${line}\n`), watch }, {
      folder: mesh.folder,
      stateFolder: mesh.stateFolder,
      node: context.node,
      istiodBin: context.istiodBin,
      proxyBin: context.proxyBin,
      inherited: withoutProxyVariables(context.env),
    })
    await ended.wait
    // The clock's timers do not keep a process alive; until everything has ended, this one does.
    await supervisor.stop()
  } finally {
    ended.dispose()
  }
}
