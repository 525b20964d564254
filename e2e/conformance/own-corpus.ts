/** A corpus that a test makes up, to see a runner fail. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Its folder, gone when the test ends. @param files what is written as JSON, by path */
export function ownCorpus(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, value] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), JSON.stringify(value))
  }
  return folder
}
