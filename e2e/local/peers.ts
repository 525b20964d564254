/** What tests need besides this project: without it they say so in one line and are left out, or fail where everything is required. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cacheFolder, ENVOY_VERSION } from '../../tools/prepare-tools.mjs'

/** A program on the PATH. */
export const program = (name: string): string | undefined =>
  (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find((path) => existsSync(path))

const ENVOY = process.env['ISTIO_TS_ENVOY'] ?? program('envoy') ?? join(cacheFolder, `envoy-${ENVOY_VERSION}`, 'envoy')
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
