/** Keys in a state folder. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '@istio-ts/foundation'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CA_FILES, newRoot, openRoot, openTokenKey } from './index.ts'

const clock = manualClock()
let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'istio-ts-ca-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const open = () => openRoot(join(folder, 'ca'), clock, { organization: 'cluster.local' })

it('makes a CA once, keeps it, and shows its key to nobody', async () => {
  const [first, second] = [await open(), await open()]
  expect(second.rootsPem).toBe(first.rootsPem)
  expect((statSync(join(folder, 'ca', CA_FILES.key)).mode & 0o777).toString(8)).toBe('600')
  const file = join(folder, 'token-key.pem')
  expect((await openTokenKey(file)).publicKeyPem).toBe((await openTokenKey(file)).publicKeyPem)
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
})

it.each([
  ['the key is gone', () => rmSync(join(folder, 'ca', CA_FILES.key))],
  ['the certificate is gone', () => rmSync(join(folder, 'ca', CA_FILES.certificate))],
  ['the key is damaged', () => writeFileSync(join(folder, 'ca', CA_FILES.key), 'x')],
  ['the certificate is of another key', async () => writeFileSync(join(folder, 'ca', CA_FILES.certificate), (await newRoot(clock, { organization: 'o' })).certificatePem)],
])('never replaces a CA silently: %s', async (_what, damage) => {
  await open()
  await damage()
  await expect(open()).rejects.toMatchObject({ code: 'MESH0605' })
})
