/** What a command in the foreground waits for: Ctrl-C, or somebody who takes the mesh down from elsewhere. */
import { isUp, type FoundMesh } from './find-mesh.ts'
import type { Interruption } from './interruption.ts'

const LOOK_MS = 500

/** Calls `look` now and then while the mesh is up. @returns why it ended */
export async function whileUp(mesh: FoundMesh, interrupted: Interruption, look: () => Promise<void> = () => Promise.resolve()): Promise<'interrupted' | 'down'> {
  for (;;) {
    await Promise.race([interrupted.wait, new Promise<void>((resolve) => setTimeout(resolve, LOOK_MS))])
    if (interrupted.happened) return 'interrupted'
    if (!isUp(mesh.stateFolder)) return 'down'
    await Promise.race([interrupted.wait, look()])
  }
}
