/** Whether specs that need a cluster run here: one line when they do not, a failure where nothing may be skipped. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findClusterPrograms } from './programs.ts'

/** The golden data of other people, beside the clone; undefined where they are absent. */
export const corpora: string | undefined = [join(process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../shared'), 'conformance/istio')].find((folder) => existsSync(folder))

/** True if this machine lacks a program. Call it once per spec. @throws Error with MESH_REQUIRE_ALL=1 */
export function lacksCluster(spec: string): boolean {
  const { missing } = findClusterPrograms()
  return missing === undefined ? false : skip(`${spec}: skipped, there is no ${missing} (node tools/prepare-tools.mjs gets it)`)
}

/** True if the corpora are absent. @throws Error with MESH_REQUIRE_ALL=1 */
export const lacksCorpora = (spec: string): boolean => (corpora === undefined ? skip(`${spec}: skipped, the folder of shared corpora is absent`) : false)

/** True if a folder that tools/prepare-tools.mjs makes is absent. @throws Error with MESH_REQUIRE_ALL=1 */
export const lacksFolder = (spec: string, folder: string): boolean => (existsSync(folder) ? false : skip(`${spec}: skipped, there is no ${folder} (node tools/prepare-tools.mjs gets it)`))

function skip(line: string): true {
  if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(line)
  console.log(line)
  return true
}
