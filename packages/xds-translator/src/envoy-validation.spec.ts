/** A real Envoy accepts what we generate: `envoy --mode validate` on static forms of whole translations. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { toJson } from '@istio-ts/api-types/envoy'
import type { ProxyView } from '@istio-ts/mesh-model'
import { describe, expect, it } from 'vitest'
import { translationMemo } from './memo.ts'
import { capturedView, loopbackView } from './testing/sample-view.ts'
import { staticBootstrap, UPSTREAM_EXTENSIONS } from './testing/static-bootstrap.ts'
import { translate } from './translate.ts'

const envoy = findEnvoy()

function findEnvoy(): string | undefined {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const places = [process.env['ISTIO_TS_ENVOY'], ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'envoy')), join(cache, 'istio-ts', 'envoy-1.40.0', 'envoy')]
  return places.find((place) => place !== undefined && place !== '' && existsSync(place))
}

/** What Envoy says against a view; empty = it accepts. */
function complaints(view: ProxyView, extensions: ProxyView['proxy']['extensions'] = UPSTREAM_EXTENSIONS): string {
  const bootstrap = staticBootstrap(translate({ ...view, proxy: { ...view.proxy, extensions } }, translationMemo()).bundles)
  const folder = mkdtempSync(join(tmpdir(), 'istio-ts-envoy-'))
  try {
    const file = join(folder, 'bootstrap.json')
    writeFileSync(file, JSON.stringify(toJson('envoy.config.bootstrap.v3.Bootstrap', bootstrap)))
    execFileSync(envoy ?? '', ['--mode', 'validate', '-c', file, '-l', 'error'], { stdio: 'pipe', timeout: 30_000 })
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('a real Envoy', () => {
  if (envoy === undefined) {
    it('is not there: put Envoy 1.40 on PATH or into the cache to run these tests', () => {
      expect(process.env['MESH_REQUIRE_ALL'], 'no envoy found').not.toBe('1')
    })
    return
  }
  it('accepts a captured sidecar', () => expect(complaints(capturedView())).toBe(''), 60_000)
  it('accepts a local mesh that resolves unknown hosts by DNS', () => expect(complaints(loopbackView('allow-any'))).toBe(''), 60_000)
  it('accepts a local mesh that refuses unknown hosts', () => expect(complaints(loopbackView('block'))).toBe(''), 60_000)
  it('refuses filters that it does not have, which is why they are left out', () => {
    const view = capturedView()
    const names = (extensions: ProxyView['proxy']['extensions']): readonly string[] =>
      [...JSON.stringify(staticBootstrap(translate({ ...view, proxy: { ...view.proxy, extensions } }, translationMemo()).bundles)).matchAll(/"name":"(istio\.[a-z_]+)"|"alpnProtocols":\["(istio-peer-exchange)"/g)]
        .map((match) => match[1] ?? match[2] ?? '')
    expect(new Set(names('all'))).toEqual(new Set(['istio.alpn', 'istio.metadata_exchange', 'istio-peer-exchange']))
    expect(names(UPSTREAM_EXTENSIONS)).toEqual([])
    expect(complaints(view, 'all')).not.toBe('')
  })
})
