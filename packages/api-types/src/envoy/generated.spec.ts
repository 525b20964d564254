/** What is generated from protos/ is committed, and fresh. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('gen/ is what tools/codegen makes of protos/', { timeout: 60_000 }, () => {
  const root = join(import.meta.dirname, '../../../..')
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools/codegen/generate.ts'), '--check'], { encoding: 'utf8' })
  expect({ status, stdout, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
})
