/** Where the golden data of other people is, and what happens where it is absent: one line, or a failure where nothing may be skipped. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of all corpora, beside the clone; it may be absent. */
export const corpora = join(process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../shared'), 'conformance/istio')

/** True if the corpora are absent. Call it once per spec. @throws Error with MESH_REQUIRE_ALL=1 */
export const lacksCorpora = (spec: string): boolean => (existsSync(corpora) ? false : skip(`${spec}: skipped, the folder of shared corpora is absent`))

/** Says why a spec does not run. @throws Error with MESH_REQUIRE_ALL=1 */
export function skip(line: string): true {
  if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(line)
  console.log(line)
  return true
}
