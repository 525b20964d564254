import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { limitLogs } from './log-files.ts'
import { makeStateFolder } from './state-folder.ts'

it('puts a log aside that has grown too large, while its process writes on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'logs-'))
  makeStateFolder(folder)
  const path = join(folder, 'logs/app.default.x.log')
  writeFileSync(join(folder, 'logs/small.log'), 'small\n')
  const writer = openSync(path, 'a')
  writeSync(writer, 'x'.repeat(100))
  limitLogs(folder, 50)
  writeSync(writer, 'after\n')
  expect(readFileSync(path, 'utf8')).toBe('after\n')
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('x'.repeat(100))
  expect(readFileSync(join(folder, 'logs/small.log'), 'utf8')).toBe('small\n')
  rmSync(folder, { recursive: true })
})
