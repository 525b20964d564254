/** Files are read when they are wanted and again when they have changed and come to rest. */
import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SecretMessage } from '@istio-ts/ca'
import { manualClock, type ManualClock } from '@istio-ts/foundation'
import { FileSecrets } from './file-secrets.ts'
import { systemRoots } from './system-roots.ts'

const pem = (kind: string, text: string): string => `-----BEGIN ${kind}-----\n${text}\n-----END ${kind}-----\n`
let folder: string
let clock: ManualClock
let files: FileSecrets
let told: string[]
let errors: string[]
const path = (name: string): string => join(folder, name)
const write = (name: string, kind: string, text: string): void => writeFileSync(path(name), pem(kind, text))
const described = ({ name, tlsCertificate, validationContext }: SecretMessage): string =>
  `${name.replaceAll(folder, '')} ${Buffer.from(tlsCertificate?.privateKey.inlineBytes ?? validationContext?.trustedCa.inlineBytes ?? []).toString().split('\n')[1]}`
const look = (): void => clock.advance(500)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-secrets-'))
  clock = manualClock()
  told = []
  errors = []
  files = new FileSecrets({ clock, onSecrets: (secrets) => void told.push(...secrets.map(described)), onError: ({ message }) => void errors.push(message.replaceAll(folder, '')) })
})
afterEach(() => {
  files.close()
  rmSync(folder, { recursive: true })
})

it('reads at once what is wanted, and nothing of other kinds', () => {
  write('root.pem', 'CERTIFICATE', 'roots')
  files.want(['default', 'ROOTCA', 'kubernetes://x', `file-root:${path('root.pem')}`])
  expect(told).toEqual(['file-root:/root.pem roots'])
})

it('takes a change once it has been the same twice, so that no half-written file is read', () => {
  write('c.pem', 'CERTIFICATE', 'chain')
  write('k.pem', 'PRIVATE KEY', 'one')
  files.want([`file-cert:${path('c.pem')}~${path('k.pem')}`])
  write('k.pem', 'PRIVATE KEY', 'two!')
  look()
  expect(told).toHaveLength(1)
  look()
  expect(told).toEqual(['file-cert:/c.pem~/k.pem one', 'file-cert:/c.pem~/k.pem two!'])
  look()
  expect(told).toHaveLength(2)
})

it('notices a folder that is replaced as a whole, as Kubernetes does with mounted Secrets', () => {
  for (const [i, text] of ['old', 'new'].entries()) {
    const version = mkdtempSync(path('v'))
    writeFileSync(join(version, 'ca.crt'), pem('CERTIFICATE', text))
    symlinkSync(version, path(`link${i}`))
  }
  renameSync(path('link0'), path('data'))
  files.want([`file-root:${path('data/ca.crt')}`])
  renameSync(path('link1'), path('data'))
  look()
  look()
  expect(told).toEqual(['file-root:/data/ca.crt old', 'file-root:/data/ca.crt new'])
})

it('says once why a file cannot be used, keeps the last good one, and goes on when it is there', () => {
  const name = `file-root:${path('r.pem')}`
  files.want([name])
  look()
  look()
  expect(errors).toEqual([expect.stringMatching(/^secret file-root:\/r\.pem: ENOENT/)])
  write('r.pem', 'CERTIFICATE', 'good')
  look()
  look()
  expect(told).toEqual(['file-root:/r.pem good'])
  writeFileSync(path('r.pem'), 'nonsense')
  look()
  look()
  expect(errors[1]).toMatch(/holds no certificate in PEM form/)
  unlinkSync(path('r.pem'))
  look()
  look()
  expect([told.length, errors.length]).toEqual([1, 3])
})

it('looks at nothing that is wanted no more', () => {
  write('r.pem', 'CERTIFICATE', 'one')
  files.want([`file-root:${path('r.pem')}`])
  files.want([])
  write('r.pem', 'CERTIFICATE', 'more')
  look()
  look()
  expect([told.length, clock.pending]).toEqual([1, 0])
})

it('knows what the system trusts', () => {
  expect(Buffer.from(systemRoots()).toString()).toContain('BEGIN CERTIFICATE')
  expect(Buffer.from(systemRoots([])).toString()).toContain('BEGIN CERTIFICATE')
})
