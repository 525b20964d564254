/** A mesh in a temporary folder, run by the real istioctl as a user would: its own state folder, free ports, nothing left behind. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import { isSynced, type MeshStatus } from './mesh-status.ts'
import { run, until, type Ended } from './run.ts'

const ROOT = join(import.meta.dirname, '../..')
const NODE = join(ROOT, 'node_modules/.bin/node')
const ISTIOCTL = join(ROOT, 'apps/cli/bin/istioctl.js')
const SERVICES = join(import.meta.dirname, 'services')

/** A command that stays. */
export interface ForegroundCommand {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  readonly text: () => string
  readonly ended: Promise<number | null>
}

/** What a mesh is made of; texts may hold `${PORT:<name>}` (a free port, kept per name), `${SERVICES}` and the given values. */
export interface MeshOptions {
  /** Folders whose files are copied into the mesh's folder. */
  readonly from?: readonly string[]
  /** Files by name. */
  readonly files?: Readonly<Record<string, string>>
  readonly values?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Share the state folder of another mesh, as two meshes of one user do. */
  readonly stateHome?: string
}

/** The folder of a mesh in `meshes/`. */
export const meshFolder = (name: string): string => join(import.meta.dirname, 'meshes', name)

/** A mesh that a test owns; `await using` ends it. */
export class MeshUnderTest {
  readonly folder: string
  readonly stateHome: string
  readonly ports = new Map<string, number>()
  readonly #temporary: string
  readonly #values: Readonly<Record<string, string>>
  readonly #env: Readonly<Record<string, string>>

  private constructor(temporary: string, options: MeshOptions) {
    this.#temporary = temporary
    this.folder = join(temporary, 'mesh')
    this.stateHome = options.stateHome ?? join(temporary, 'state')
    this.#values = { SERVICES, CLIENT_PROXY: 'istio-ts', SERVER_PROXY: 'istio-ts', ...options.values }
    this.#env = options.env ?? {}
    mkdirSync(this.folder)
  }

  /** Writes the files; nothing is started yet. */
  static async make(options: MeshOptions): Promise<MeshUnderTest> {
    const mesh = new MeshUnderTest(mkdtempSync(join(tmpdir(), 'mesh-')), options)
    for (const folder of options.from ?? []) {
      for (const name of readdirSync(folder)) {
        if (statSync(join(folder, name)).isDirectory()) cpSync(join(folder, name), join(mesh.folder, name), { recursive: true })
        else await mesh.write(name, readFileSync(join(folder, name), 'utf8'))
      }
    }
    for (const [name, text] of Object.entries(options.files ?? {})) await mesh.write(name, text)
    return mesh
  }

  /** A copy of a sample of the project; a port `n` that its LocalMesh names is `port('pn')` here. */
  static ofSample(name: string): Promise<MeshUnderTest> {
    const folder = join(ROOT, 'samples', name)
    return MeshUnderTest.make({ from: [folder], files: { 'mesh.yaml': readFileSync(join(folder, 'mesh.yaml'), 'utf8').replaceAll(/(targetPort|listen): (\d+)/g, '$1: ${PORT:p$2}') } })
  }

  /** Writes a file of the mesh; placeholders are filled in. */
  async write(name: string, text: string): Promise<void> {
    for (const [, use = ''] of text.matchAll(/\$\{PORT:([\w-]+)\}/g)) if (!this.ports.has(use)) this.ports.set(use, (await freePorts(1))[0] ?? 0)
    const filled = text.replaceAll(/\$\{PORT:([\w-]+)\}/g, (_, use: string) => String(this.ports.get(use))).replaceAll(/\$\{(\w+)\}/g, (whole, key: string) => this.#values[key] ?? whole)
    writeFileSync(join(this.folder, name), filled)
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8')
  }

  remove(name: string): void {
    rmSync(join(this.folder, name))
  }

  /** A port that the files name. */
  port(use: string): number {
    const port = this.ports.get(use)
    if (port === undefined) throw new Error(`no file names the port ${use}`)
    return port
  }

  /** The state folder of this mesh; undefined before the first `up`. */
  get stateFolder(): string | undefined {
    const all = join(this.stateHome, 'istio-ts')
    const found = existsSync(all) ? readdirSync(all).find((name) => existsSync(join(all, name, 'mesh.json')) && readFileSync(join(all, name, 'mesh.json'), 'utf8').includes(JSON.stringify(this.folder))) : undefined
    return found === undefined ? undefined : join(all, found)
  }

  /** The process that keeps the others. */
  get supervisorPid(): number {
    return (JSON.parse(readFileSync(join(this.stateFolder ?? '', 'run/supervisor.json'), 'utf8')) as { pid: number }).pid
  }

  /** Runs istioctl in the mesh's folder. Rejects if it takes longer than `timeoutMs`. */
  istioctl(args: readonly string[], options: { readonly timeoutMs?: number; readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {}): Promise<Ended> {
    const { XDG_STATE_HOME: _state, HTTP_PROXY: _a, http_proxy: _b, HTTPS_PROXY: _c, https_proxy: _d, ...inherited } = process.env
    return run(NODE, [ISTIOCTL, ...args], { cwd: options.cwd ?? this.folder, timeoutMs: options.timeoutMs ?? 60_000, env: { ...inherited, XDG_STATE_HOME: this.stateHome, ...this.#env, ...options.env } })
  }

  /** Starts istioctl as in a terminal; `text` is what it has said so far. Ended by the test. */
  foreground(args: readonly string[]): ForegroundCommand {
    const { XDG_STATE_HOME: _state, ...inherited } = process.env
    const child = spawn(NODE, [ISTIOCTL, ...args], { cwd: this.folder, env: { ...inherited, XDG_STATE_HOME: this.stateHome, ...this.#env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (data: Buffer) => (text += data.toString()))
    child.stderr.on('data', (data: Buffer) => (text += data.toString()))
    const ended = new Promise<number | null>((resolve) => void child.once('exit', resolve))
    return { child, text: () => text, ended }
  }

  /** `local up --detach`; the status it prints. Fails if it was not ready. */
  async up(timeout = '60s'): Promise<MeshStatus> {
    const { code, stdout, stderr } = await this.istioctl(['local', 'up', '--detach', '-o', 'json', '--timeout', timeout], { timeoutMs: 90_000 })
    if (code !== 0) throw new Error(`local up ended with ${code}:\n${stderr}\n${problemsOf(stdout)}`)
    return parseStatus(stdout)
  }

  /** `up`, and then until every proxy has what it should have. */
  async upAndSynced(): Promise<MeshStatus> {
    await this.up()
    return this.statusWhen(isSynced, 'all is synced')
  }

  /** `local status`. */
  async status(): Promise<MeshStatus> {
    const { code, stdout, stderr } = await this.istioctl(['local', 'status', '-o', 'json'])
    if (code !== 0) throw new Error(`local status ended with ${code}:\n${stderr}`)
    return parseStatus(stdout)
  }

  /** Asks for the status until it is as wanted. Fails with the last one. */
  async statusWhen(wanted: (status: MeshStatus) => boolean, what: string, withinMs = 20_000): Promise<MeshStatus> {
    let last: MeshStatus | undefined
    await until(async () => wanted((last = await this.status())), withinMs).catch(() => {
      throw new Error(`within ${withinMs} ms the status never said that ${what}:\n${JSON.stringify(last, null, 1)}`)
    })
    return last as MeshStatus
  }

  down(): Promise<Ended> {
    return this.istioctl(['local', 'down'])
  }

  /** Processes that still belong to this mesh: their command line or folder names one of its folders. */
  processes(): readonly { readonly pid: number; readonly command: string }[] {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        const env = readFileSync(`/proc/${name}/environ`, 'utf8')
        return command !== '' && (command.includes(this.#temporary) || env.includes(`XDG_STATE_HOME=${this.stateHome}\0`)) ? [{ pid: Number(name), command }] : []
      } catch {
        return []
      }
    })
  }

  /** Takes the mesh down and removes its folders. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.down()
    rmSync(this.#temporary, { recursive: true, force: true })
  }
}

function parseStatus(text: string): MeshStatus {
  return JSON.parse(text) as MeshStatus
}

function problemsOf(stdout: string): string {
  try {
    return JSON.stringify(parseStatus(stdout).problems, null, 1)
  } catch {
    return stdout
  }
}
