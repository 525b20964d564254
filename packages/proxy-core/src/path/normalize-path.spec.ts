import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPlainPath, normalizePath, type PathNormalization } from './normalize-path.ts'

const shared = process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../../../shared')
const corpus = join(shared, 'conformance/istio/path-normalization/cases.json')
const STRICT: PathNormalization = { normalize: true, mergeSlashes: true, escapedSlashes: 'UNESCAPE_AND_FORWARD' }

describe('path normalisation', () => {
  it.each([
    ['/a/./b/../c', '/a/c'],
    ['/a/%2e%2e/b', '/b'],
    ['/../../x', '/x'],
    ['/a\\b', '/a/b'],
    ['/a%5cb', '/a/b'],
    ['/a%2F%2fb', '/a/b'],
    ['/a//b///', '/a/b/'],
    ['/%61dmin', '/admin'],
    ['/x?q=/../%2f//', '/x?q=/../%2f//'],
    ['/a|b{c}"<d>^`?e|f', '/a%7Cb%7Bc%7D%22%3Cd%3E%5E%60?e|f'],
    ['/a/..', '/'],
  ])('%s becomes %s', (raw, path) => expect(normalizePath(raw, STRICT)).toEqual({ action: 'forward', path }))

  it('refuses what can end a string early, fragments, and escaped slashes where told so', () => {
    expect(normalizePath('/a%00b', STRICT).action).toBe('reject')
    expect(normalizePath('/user#/admin', STRICT).action).toBe('reject')
    expect(normalizePath('/user?a#b', STRICT).action).toBe('reject')
    expect(normalizePath('/a%2fb', { ...STRICT, escapedSlashes: 'REJECT_REQUEST' }).action).toBe('reject')
    expect(normalizePath('/a%2fb', { ...STRICT, escapedSlashes: 'UNESCAPE_AND_REDIRECT' })).toEqual({ action: 'redirect', path: '/a/b' })
  })

  it('is a no-op on plain paths, whatever is asked for', () => {
    fc.assert(fc.property(fc.stringMatching(/^\/[a-zA-Z0-9/._-]{0,30}(\?[a-z=&]{0,10})?$/), (path) => {
      if (isPlainPath(path)) expect(normalizePath(path, STRICT)).toEqual({ action: 'forward', path })
    }))
  })

  it('has nothing more to do the second time: whoever reads the path next sees the same', () => {
    const piece = fc.constantFrom('/', '.', '..', '%2e', '%2f', '%5C', '\\', 'a', 'B', '%41', '%zz', '//', '~', '%7e')
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const first = normalizePath(`/${pieces.join('')}`, STRICT)
      if (first.action !== 'forward') return
      // Decoding makes no new escapes of slashes or dots, except from a doubly escaped text, which stays literal.
      expect(first.path).not.toMatch(/\/\.\.?(\/|$)|\/\/|\\/)
    }))
  })

  it('agrees with Istio on every case of the corpus', () => {
    if (!existsSync(corpus)) {
      if (process.env['MESH_REQUIRE_ALL'] === '1') throw new Error('corpus path-normalization is missing')
      return void process.stdout.write('path-normalization: corpus not there, skipped\n')
    }
    const { cases, connectionManagerSettings } = JSON.parse(readFileSync(corpus, 'utf8')) as {
      cases: readonly { name: string; mode: string; path: string; expectPath?: string; expectStatus?: number }[]
      connectionManagerSettings: Record<string, string | { normalizePath: boolean; mergeSlashes: boolean; pathWithEscapedSlashesAction: PathNormalization['escapedSlashes'] }>
    }
    const bad = cases.filter(({ mode, path, expectPath, expectStatus }) => {
      const named = connectionManagerSettings[mode]
      const settings = typeof named === 'object' ? named : connectionManagerSettings['BASE']
      if (typeof settings !== 'object') return true
      // A client drops the fragment (see the corpus's README).
      const result = normalizePath(path.replace(/#.*/, ''), { normalize: settings.normalizePath, mergeSlashes: settings.mergeSlashes, escapedSlashes: settings.pathWithEscapedSlashesAction })
      return expectStatus === undefined ? result.path !== expectPath : result.action !== 'reject'
    })
    expect(cases.length).toBeGreaterThan(200)
    expect(bad.map(({ name }) => name)).toEqual([])
  })
})
