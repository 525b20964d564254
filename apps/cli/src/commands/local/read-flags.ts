/** Flags whose text may be wrong, read the same way by all commands of a local mesh. */
import { parseDuration } from '@istio-ts/foundation'
import { badDuration, badOutput } from './errors.ts'

/** True for `-o json`, false without `-o`. @throws MeshError MESH0907 */
export function wantsJson(output: string | undefined): boolean {
  if (output !== undefined && output !== 'json') throw badOutput(output)
  return output === 'json'
}

/** Milliseconds of `--timeout`. @throws MeshError MESH0905 */
export function timeoutMsOf(text: string): number {
  const timeoutMs = parseDuration(text)
  if (timeoutMs === undefined || timeoutMs <= 0) throw badDuration(text)
  return timeoutMs
}
