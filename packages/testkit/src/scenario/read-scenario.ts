/** A scenario's folder: `mesh.yaml`, `calls.yaml` and the files that steps apply. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from './run-scenario.ts'

/** Reads the folder. The first line of `mesh.yaml` says why the scenario exists. @throws Error if it does not */
export function readScenario(folder: string): Scenario {
  const files = Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith('.yaml')).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  const { 'mesh.yaml': mesh = '', 'calls.yaml': calls = '', ...others } = files
  if (!mesh.startsWith('# ')) throw new Error(`${folder}/mesh.yaml does not begin with why it exists`)
  return { mesh, calls, files: others }
}
