import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseBootstrap } from './bootstrap.ts'
import { readOptions } from './options.ts'

const MINIMAL = '{"node": {"id": "sidecar~1.1.1.1~a.b~c"}, "discoveryAddress": "127.0.0.1:15012"}'

it('fills in what is not said', () => {
  expect(parseBootstrap(MINIMAL)).toMatchObject({ bootstrap: { engine: 'istio-ts', adminPort: 15000, caAddress: '127.0.0.1:15012', bindAddress: '127.0.0.1', maxReconnectMs: 30_000, drainMs: 5000, explain: false } })
})

it.each([
  ['{', 'it is not JSON'],
  ['[]', 'it is not an object'],
  ['{"node": {}}', 'node.id is missing'],
  ['{"node": {"id": "x"}}', 'discoveryAddress is missing'],
  ['{"node": {"id": "x"}, "discoveryAddress": 7, "adminPort": "y"}', 'discoveryAddress is not a text'],
])('says what is wrong with %s', (text, problem) => {
  const parsed = parseBootstrap(text)
  expect('problem' in parsed ? parsed.problem : '').toContain(problem)
})

it('reads the file that the command line names, and says what is wrong with either', () => {
  const folder = mkdtempSync(join(tmpdir(), 'istio-ts-proxy-'))
  try {
    const file = join(folder, 'bootstrap.json')
    writeFileSync(file, MINIMAL)
    expect(readOptions(['--config', file], {}).bootstrap.node.id).toBe('sidecar~1.1.1.1~a.b~c')
    expect(readOptions([`--config=${file}`, '--log-level', 'debug'], {}).logLevel).toBe('debug')
    expect(readOptions([], { ISTIO_TS_PROXY_CONFIG: file }).logLevel).toBe('info')
    expect(() => readOptions([], {})).toThrow(expect.objectContaining({ code: 'MESH0920' }) as Error)
    expect(() => readOptions(['--config', file, '--nonsense'], {})).toThrow(expect.objectContaining({ code: 'MESH0920' }) as Error)
    expect(() => readOptions(['--config', join(folder, 'none')], {})).toThrow(expect.objectContaining({ code: 'MESH0921' }) as Error)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
