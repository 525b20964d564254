/** What tests need besides this project: without it they say so in one line and are left out, or fail where everything is required. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

const find = (name: string): string | undefined =>
  (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find((path) => existsSync(path))

const ENVOY = process.env['ISTIO_TS_ENVOY'] ?? find('envoy') ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'istio-ts/envoy-1.40.0/envoy')
const SHARED = process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../shared')

/** Where a real Envoy is, as far as it is there already. */
export const envoyBinary = (): string | undefined => (existsSync(ENVOY) ? ENVOY : undefined)

/** A folder of the conformance data; undefined without it. */
export function conformanceFolder(path: string): string | undefined {
  const folder = join(SHARED, 'conformance', path)
  return existsSync(folder) ? folder : undefined
}

/** True if all are there; else says which is missing, and fails where nothing may be left out. */
export function havePeers(what: string, needed: Readonly<Record<string, unknown>>): boolean {
  const missing = Object.entries(needed).filter(([, found]) => !found).map(([name]) => name)
  if (missing.length === 0) return true
  const line = `${what}: left out, because ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing`
  if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(line)
  console.warn(line)
  return false
}

/** A program on the PATH. */
export const program = find
