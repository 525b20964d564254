/** Prints the version of the client. */
import type { CliContext } from '../../context.ts'
import { VERSION, type VersionFlags } from './index.ts'

/** Shows versions. */
export async function version(flags: VersionFlags, _mesh: string | undefined, context: CliContext): Promise<void> {
  const info = { clientVersion: { version: VERSION, revision: '', golang_version: '', status: '', tag: VERSION } }
  if (flags.output === 'json') context.out(`${JSON.stringify(info, null, 2)}\n`)
  else context.out(`client version: ${VERSION}\n`)
}
