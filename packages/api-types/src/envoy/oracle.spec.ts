/**
 * Every field that the codec knows has the number, type, label, oneof and JSON name that Envoy's and Istio's Go modules give it, and
 * the messages that an EnvoyFilter may patch have every field. The oracle (e2e/oracle) is built once, outside the clone.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { ENUMS, MESSAGES } from './gen/descriptor.ts'
import { enumOf, tableOf, type Field } from './schema/table.ts'

interface FieldFact {
  readonly name: string
  readonly number: number
  readonly type: string
  readonly ref?: string
  readonly label: string
  readonly oneof?: string
  readonly optional?: boolean
  readonly json: string
  readonly mapKey?: string
}

interface Facts {
  readonly files: Readonly<Record<string, {
    readonly messages?: readonly { readonly name: string; readonly fields: readonly FieldFact[] }[]
    readonly enums?: readonly { readonly name: string; readonly values: readonly { readonly name: string; readonly number: number }[] }[]
  }>>
}

/** Ours, because no Go module that is small enough to fetch has them: NDS and WDS live in istio/istio itself. */
const WITHOUT_ORACLE = /^istio\.(networking\.nds\.v1|security|workload)\./

/** Envoy's copy of WDS, which the oracle has, is older than Istio's: fields and values that only Istio's own file has. */
const NEWER_THAN_ORACLE = new Set([
  'istio.workload.Port.app_protocol',
  'istio.workload.TunnelProtocol.LEGACY_ISTIO_MTLS',
  'istio.workload.Workload.capacity',
  'istio.workload.Workload.extensions',
])

const source = join(import.meta.dirname, '../../../../e2e/oracle')

const run = (command: string, args: readonly string[], cwd: string) => spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20, env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-buildvcs=false' } })

/** The program, built where it is missing; undefined (with the reason said) where it cannot be. */
function program(context: TestContext): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(source).sort()) hash.update(name).update(readFileSync(join(source, name)))
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'istio-ts', `oracle-${hash.digest('hex').slice(0, 16)}`)
  const binary = join(folder, 'oracle')
  if (existsSync(binary)) return binary
  if (run('go', ['version'], source).status !== 0) absent(context, 'Go is not installed')
  mkdirSync(folder, { recursive: true })
  const building = join(folder, `.building-${process.pid}`)
  process.stderr.write(`building the wire oracle once, into ${folder} (about a minute)\n`)
  const { status, stderr } = run('go', ['build', '-p', '2', '-trimpath', '-o', building, '.'], source)
  if (status !== 0) {
    rmSync(building, { force: true })
    absent(context, `the oracle cannot be built: ${stderr.trim().split('\n').at(-1)}`)
  }
  renameSync(building, binary)
  return binary
}

function absent(context: TestContext, reason: string): never {
  if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(`the wire oracle is required: ${reason}`)
  process.stderr.write(`skipped: wire facts were not compared with Go (${reason})\n`)
  return context.skip(reason)
}

const LETTERS: Readonly<Record<string, string>> = { string: 's', bytes: 'y', bool: 'b', int32: 'i', uint32: 'u', int64: 'I', uint64: 'U', double: 'd', float: 't', enum: 'e', message: 'm' }

const fact = (field: FieldFact): string => {
  const shape = field.label === 'map' ? `map<${LETTERS[field.mapKey ?? '']},${LETTERS[field.type]}>` : `${field.label} ${LETTERS[field.type]}`
  return `${field.name} ${field.json} = ${field.number}: ${shape} ${field.ref ?? ''} ${field.optional ? 'optional' : ''} ${field.oneof ?? ''}`.trimEnd()
}

const own = (field: Field): string => {
  const shape = field.entry === undefined ? `${field.flag === '*' ? 'repeated' : 'singular'} ${field.type}` : `map<${field.entry.key.type},${field.entry.value.type}>`
  return `${field.name} ${field.json} = ${field.number}: ${shape} ${field.ref} ${field.flag === '?' ? 'optional' : ''} ${field.oneof}`.trimEnd()
}

/** What an EnvoyFilter patches: complete, with everything inside. */
const COMPLETE = [
  'envoy.config.listener.v3.Listener',
  'envoy.config.listener.v3.FilterChain',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.route.v3.VirtualHost',
  'envoy.config.route.v3.Route',
  'envoy.config.route.v3.RouteAction',
  'envoy.config.cluster.v3.Cluster',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
]

describe('the wire oracle', () => {
  it('agrees on every field and enum, and the patchable messages are complete', { timeout: 900_000 }, (context) => {
    const binary = program(context)
    const facts = JSON.parse(run(binary, [], source).stdout) as Facts
    const files = Object.values(facts.files)
    const messages = new Map(files.flatMap((file) => (file.messages ?? []).map((message) => [message.name, message.fields] as const)))
    const enums = new Map(files.flatMap((file) => (file.enums ?? []).map((item) => [item.name, item.values] as const)))

    let compared = 0
    for (const name of Object.keys(MESSAGES)) {
      const theirs = messages.get(name)
      if (theirs === undefined) {
        expect(name).toMatch(WITHOUT_ORACLE)
        continue
      }
      const known = new Map(theirs.map((field) => [field.number, fact(field)]))
      for (const field of tableOf(name).fields) {
        if (NEWER_THAN_ORACLE.has(`${name}.${field.name}`)) continue
        expect(`${name}.${own(field)}`).toBe(`${name}.${known.get(field.number)}`)
        compared++
      }
    }
    for (const name of Object.keys(ENUMS)) {
      const theirs = enums.get(name)
      if (theirs === undefined) continue
      for (const [value, number] of enumOf(name).numbers) if (!NEWER_THAN_ORACLE.has(`${name}.${value}`)) expect(`${name}.${value} = ${number}`).toBe(`${name}.${value} = ${theirs.find((item) => item.name === value)?.number}`)
    }

    const seen = new Set<string>()
    const complete = (name: string): void => {
      if (seen.has(name) || name.startsWith('google.protobuf.')) return
      seen.add(name)
      const ours = tableOf(name)
      for (const field of messages.get(name) ?? []) {
        expect(ours.byNumber.get(field.number)?.name, `${name}.${field.name}`).toBe(field.name)
        if (field.type === 'message' && field.ref !== undefined) complete(field.ref)
      }
    }
    COMPLETE.forEach(complete)
    expect(compared).toBeGreaterThan(3500)
    expect(seen.size).toBeGreaterThan(200)
  })
})
