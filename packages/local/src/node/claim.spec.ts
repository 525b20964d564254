/** Of all who want to supervise a mesh, one does. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { claim } from './claim.ts'
import { readIdentity, supervisorFile } from './mesh-files.ts'
import { makeStateFolder } from './state-folder.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claim-'))
  makeStateFolder(folder)
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Processes that claim at the same moment and live on until told; each says whether it has the mesh. */
function claimants(count: number): Promise<readonly string[]> {
  const script = `import { claim } from ${JSON.stringify(join(import.meta.dirname, 'claim.ts'))}
process.stdin.once('data', () => { try { claim(process.argv[1]); console.log('mine') } catch (error) { console.log(error.code) } })
process.stdin.on('end', () => process.exit(0))
console.log('waiting')`
  const children = Array.from({ length: count }, () => spawn(process.execPath, ['--conditions=@istio-ts/source', '--input-type=module', '-e', script, folder], { stdio: ['pipe', 'pipe', 'inherit'] }))
  const line = (child: (typeof children)[number]): Promise<string> => new Promise((resolve) => void child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())))
  return Promise.all(children.map(line)).then(async () => {
    const answers = children.map(line)
    for (const child of children) child.stdin.write('go')
    const said = await Promise.all(answers)
    for (const child of children) child.stdin.end()
    await Promise.all(children.map((child) => new Promise((resolve) => void child.once('exit', resolve))))
    return said
  })
}

it('is one of many that come at the same time, also after a dead one', { timeout: 30_000 }, async () => {
  for (const stale of [undefined, '{"pid": 999999, "startTime": "1"}', 'not json']) {
    if (stale !== undefined) writeFileSync(supervisorFile(folder), stale)
    expect((await claimants(4)).toSorted()).toEqual(['MESH0810', 'MESH0810', 'MESH0810', 'mine'])
    expect(readdirSync(join(folder, 'run'))).toEqual(['supervisor.json'])
    rmSync(supervisorFile(folder))
  }
})

it('may be claimed again by who has it', () => {
  claim(folder)
  claim(folder)
  expect(readIdentity(supervisorFile(folder))?.pid).toBe(process.pid)
})
