/** `istioctl local up`: starts the supervisor if there is none, and waits until everything is ready. */
import { formatDiagnostic } from '@istio-ts/foundation'
import { systemClock } from '@istio-ts/foundation/node'
import { takeDown, type LocalStatus } from '@istio-ts/local/node'
import { ExitCode, type CliContext } from '../../context.ts'
import { bringUp } from './bring-up.ts'
import { netnsLater } from './errors.ts'
import { findMesh, isRunning, type FoundMesh } from './find-mesh.ts'
import type { UpFlags } from './flags.ts'
import { interruption, type Interruption } from './interruption.ts'
import { timeoutMsOf, wantsJson } from './read-flags.ts'
import { statusTable } from './status.ts'
import { whileUp } from './while-up.ts'

/**
 * Brings the mesh up. Without `--detach` it stays until Ctrl-C, then takes the mesh down; a mesh that was up before is only completed and left
 * as it is. @throws ExitCode 1 if not ready in time, 130 if interrupted
 */
export async function up(flags: UpFlags, context: CliContext): Promise<void> {
  if (flags.netns) throw netnsLater()
  const [json, timeoutMs] = [wantsJson(flags.output), timeoutMsOf(flags.timeout)]
  const mesh = await findMesh(flags.filename, context)
  const interrupted = interruption(context)
  try {
    await upUntilInterrupted(mesh, { ...flags, json, timeoutMs, stays: flags.detach === true || isRunning(mesh.stateFolder) }, context, interrupted)
  } finally {
    interrupted.dispose()
  }
}

/** `stays`: the mesh goes on when this command ends. */
interface UpOrder extends UpFlags {
  readonly json: boolean
  readonly timeoutMs: number
  readonly stays: boolean
}

async function upUntilInterrupted(mesh: FoundMesh, order: UpOrder, context: CliContext, interrupted: Interruption): Promise<void> {
  const { status, timedOut } = await bringUp(mesh, order.timeoutMs, context, interrupted)
  if (interrupted.happened) {
    if (order.stays) context.err('What runs goes on. `istioctl local down` ends it.\n')
    else await stop(mesh, context)
    throw new ExitCode(130)
  }
  print(status, order, context)
  if (timedOut) {
    context.err(`The mesh is not ready after ${order.timeout}; what runs goes on. \`istioctl local down\` ends it.\n`)
    throw new ExitCode(1)
  }
  if (order.detach) return
  if (order.stays) return context.err('The mesh was up already, and stays. `istioctl local down` takes it down.\n')
  context.err('The mesh is up. Ctrl-C takes it down.\n')
  if ((await whileUp(mesh, interrupted)) === 'down') context.err('The mesh was taken down.\n')
  else await stop(mesh, context)
}

function print(status: LocalStatus | undefined, { json }: UpOrder, context: CliContext): void {
  if (json) {
    context.out(`${JSON.stringify(status ?? null, null, 2)}\n`)
    // Errors were said as they came.
    for (const problem of status?.problems ?? []) if (problem.severity === 'warning') context.err(`${formatDiagnostic(problem)}\n`)
  } else if (status) {
    context.out(statusTable(status))
  }
}

async function stop(mesh: FoundMesh, context: CliContext): Promise<void> {
  context.err('Stopping ...\n')
  await takeDown(systemClock, mesh.stateFolder)
}
