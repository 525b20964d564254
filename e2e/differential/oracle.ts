/** The Go program of e2e/oracle, built once outside the clone: what Go's libraries make of texts, which ours must make of them too. */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import type { Facts } from '../../tools/codegen/model.ts'

/** A question about a text. */
export interface Question {
  readonly op: 'regexp' | 'duration' | 'yaml' | 'protojson' | 'jsonpb'
  readonly text: string
  /** Of `protojson` and `jsonpb`: the full name of the message. */
  readonly type?: string
}

/** What Go answers. `wire` (of `protojson`): the message in base64. */
export type GoAnswer = { readonly ok: true; readonly value?: string; readonly wire?: string } | { readonly ok: false; readonly error: string }

const source = join(import.meta.dirname, '../oracle')

const run = (command: string, args: readonly string[], input = ''): SpawnSyncReturns<string> =>
  spawnSync(command, args, { cwd: source, input, encoding: 'utf8', maxBuffer: 256 << 20, env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-buildvcs=false' } })

/** Asks Go, one answer for each question. Skips the test (or fails it, with MESH_REQUIRE_ALL=1) where there is no Go. */
export function askGo(context: TestContext, questions: readonly Question[]): readonly GoAnswer[] {
  const { status, stdout, stderr } = run(oracleProgram(context), ['ask'], questions.map((question) => JSON.stringify(question)).join('\n'))
  if (status !== 0) throw new Error(`the oracle ended with ${status}: ${stderr}`)
  return stdout.trimEnd().split('\n').map((line): GoAnswer => JSON.parse(line))
}

/** All facts about messages on the wire. Skips as {@link askGo} does. */
export const wireFacts = (context: TestContext): Facts => JSON.parse(run(oracleProgram(context), []).stdout) as Facts

/** The program, built where it is missing. */
function oracleProgram(context: TestContext): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(source).sort()) hash.update(name).update(readFileSync(join(source, name)))
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'istio-ts', `oracle-${hash.digest('hex').slice(0, 16)}`)
  const binary = join(folder, 'oracle')
  if (existsSync(binary)) return binary
  if (run('go', ['version']).status !== 0) return absent(context, 'Go is not installed')
  mkdirSync(folder, { recursive: true })
  const building = join(folder, `.building-${process.pid}`)
  process.stderr.write(`building the Go oracle once, into ${folder} (about a minute)\n`)
  const { status, stderr } = run('go', ['build', '-p', '2', '-trimpath', '-o', building, '.'])
  if (status !== 0) {
    rmSync(building, { force: true })
    return absent(context, `the oracle cannot be built: ${stderr.trim().split('\n').at(-1)}`)
  }
  renameSync(building, binary)
  return binary
}

function absent(context: TestContext, reason: string): never {
  if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(`the Go oracle is required: ${reason}`)
  process.stderr.write(`skipped: nothing was compared with Go (${reason})\n`)
  return context.skip(reason)
}
