/** `istioctl local down`: returns when every process has ended. */
import { systemClock } from '@istio-ts/foundation/node'
import { takeDown } from '@istio-ts/local/node'
import type { CliContext } from '../../context.ts'
import { findMesh, isUp } from './find-mesh.ts'
import type { FolderFlags } from './flags.ts'

/** Stops the mesh; one that is not up is fine. */
export async function down(flags: FolderFlags, context: CliContext): Promise<void> {
  const mesh = await findMesh(flags.filename, context)
  const wasUp = isUp(mesh.stateFolder)
  const alive = setInterval(() => {}, 60_000)
  await takeDown(systemClock, mesh.stateFolder).finally(() => clearInterval(alive))
  if (flags.output === 'json') context.out(`${JSON.stringify({ name: mesh.name, stopped: wasUp })}\n`)
  else context.err(wasUp ? `${mesh.name} is down.\n` : `${mesh.name} was not up.\n`)
}
