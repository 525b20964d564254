/** Whether specs that need a cluster run here: one line when they do not, a failure where nothing may be skipped. */
import { existsSync } from 'node:fs'
import { skip } from '../conformance/corpora.ts'
import { findClusterPrograms } from './programs.ts'

/** True if this machine lacks a program. Call it once per spec. @throws Error with MESH_REQUIRE_ALL=1 */
export function lacksCluster(spec: string): boolean {
  const { missing } = findClusterPrograms()
  return missing === undefined ? false : skip(`${spec}: skipped, there is no ${missing} (node tools/prepare-tools.mjs gets it)`)
}

/** True if a folder that tools/prepare-tools.mjs makes is absent. @throws Error with MESH_REQUIRE_ALL=1 */
export const lacksFolder = (spec: string, folder: string): boolean => (existsSync(folder) ? false : skip(`${spec}: skipped, there is no ${folder} (node tools/prepare-tools.mjs gets it)`))
