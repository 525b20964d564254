/** The test cluster itself: starts in seconds, asks for certificates, and leaves nothing behind. */
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { describe, expect, it, vi } from 'vitest'
import { startChild } from './child.ts'
import { startCluster } from './cluster.ts'
import { lacksCluster } from './gate.ts'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.skipIf(lacksCluster('test cluster'))('test cluster', () => {
  it('serves Kubernetes 1.36, refuses strangers, and stops without a trace', async () => {
    const started = performance.now()
    const cluster = await startCluster()
    try {
      console.log(`test cluster: ready in ${((performance.now() - started) / 1000).toFixed(1)} s`)
      expect(await cluster.client.get('/version')).toMatchObject({ ok: true, body: { major: '1', minor: '36' } })
      expect(readFileSync(cluster.kubeconfig, 'utf8')).toContain(cluster.server)
      expect(await statusForStranger(cluster.server, cluster.pki.ca), 'without a certificate').toBe(403)
      expect(cluster.pids.map(isAlive)).toEqual([true, true])
    } finally {
      await Promise.all([cluster.stop(), cluster.stop()])
    }
    await cluster.stop()
    expect(cluster.pids.map(isAlive)).toEqual([false, false])
    expect(existsSync(cluster.kubeconfig)).toBe(false)
  })

  it('says with the end of its log that a program died', async () => {
    const child = startChild('sh', '/bin/sh', ['-c', 'echo nothing works >&2; exit 3'], join(tmpdir(), `istio-ts-child-${process.pid}.log`))
    await expect(child.died).rejects.toThrow('sh ended (exit 3): nothing works')
    await child.stop()
  })
})

describe('a machine without the programs', () => {
  it('is told in one line, or fails where nothing may be skipped', () => {
    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    vi.stubEnv('XDG_CACHE_HOME', '/nonexistent')
    vi.stubEnv('MESH_REQUIRE_ALL', '')
    try {
      expect(lacksCluster('some spec')).toBe(true)
      expect(said.mock.calls).toEqual([[expect.stringMatching(/^some spec: skipped, there is no .*kube-apiserver/)]])
      vi.stubEnv('MESH_REQUIRE_ALL', '1')
      expect(() => lacksCluster('some spec')).toThrow('kube-apiserver')
    } finally {
      vi.unstubAllEnvs()
      said.mockRestore()
    }
  })
})

const statusForStranger = (server: string, ca: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(`${server}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`, { ca, agent: false, timeout: 10_000 }, (response) => resolve(response.resume().statusCode)).on('error', reject).end()
  })
