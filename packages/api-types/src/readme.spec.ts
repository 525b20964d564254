/** The example in README.md runs, and prints what the README says. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

it('prints what it says', { timeout: 30_000 }, async () => {
  const [, code, printed] = /```ts\n([\s\S]*?)```[\s\S]*?prints\s*```\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  if (code === undefined) throw new Error('README.md has no example')
  const flags = ['--conditions=@istio-ts/source', '--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '--eval', code]
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root })
  expect(stdout).toBe(printed)
})
