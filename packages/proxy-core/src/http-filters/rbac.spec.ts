import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainRequestHead } from '../codec/head/plain-heads.ts'
import { reportOn } from '../config/report.ts'
import type { RbacRules } from '../config/wire.ts'
import { ConnectionInfo } from '../stream/connection-info.ts'
import { compileRbac, decideRbac, type RbacDecision, type RbacSubject } from './rbac-engine.ts'

const subject = (path: string, principal?: string, fields: readonly (readonly [string, string])[] = []): RbacSubject => {
  const connection = new ConnectionInfo(1, 'l', 'INBOUND', { kind: 'ip', ip: '10.0.0.2', port: 8080 }, { kind: 'ip', ip: '10.0.0.1', port: 5 }, 0)
  if (principal !== undefined) connection.tls = { version: 'TLSv1.3', cipher: 'x', resumed: false, peerFingerprint: 'ab', peerUris: [principal], peerDnsNames: [], localUris: [] }
  return { connection, head: plainRequestHead({ method: 'GET', path, authority: 'h', fields }), remoteIp: '10.0.0.1', metadata: undefined }
}

const decide = (rules: RbacRules, of: RbacSubject): RbacDecision => {
  const report = reportOn('Listener', 'l', [])
  const compiled = compileRbac(rules, 'rules', report)
  expect(report.problems).toEqual([])
  return compiled ? decideRbac(compiled, of) : { allowed: true, policy: 'none' }
}

const from = (exact: string): NonNullable<NonNullable<RbacRules['policies']>[string]['principals']> => [{ andIds: { ids: [{ orIds: { ids: [{ authenticated: { principalName: { exact } } }] } }] } }]
const ANY = { permissions: [{ any: true }], principals: [{ any: true }] }
const A = 'spiffe://cluster.local/ns/default/sa/a'

describe('RBAC', () => {
  it('ALLOW without policies denies everything, with a policy that always holds it allows', () => {
    expect(decide({ action: 'ALLOW' }, subject('/'))).toEqual({ allowed: false, policy: 'none' })
    expect(decide({ action: 'ALLOW', policies: { all: ANY } }, subject('/'))).toEqual({ allowed: true, policy: 'all' })
  })

  it('DENY wins by a match and says which; LOG lets everything pass', () => {
    expect(decide({ action: 'DENY', policies: { no: ANY } }, subject('/'))).toEqual({ allowed: false, policy: 'no' })
    expect(decide({ action: 'LOG', policies: { log: ANY } }, subject('/')).allowed).toBe(true)
  })

  it('asks for the verified identity, and believes no header', () => {
    const rules: RbacRules = { action: 'ALLOW', policies: { a: { permissions: [{ any: true }], principals: from(A) } } }
    expect(decide(rules, subject('/', A)).allowed).toBe(true)
    expect(decide(rules, subject('/', `${A}x`)).allowed).toBe(false)
    expect(decide(rules, subject('/', undefined, [['x-forwarded-client-cert', `URI=${A}`]])).allowed).toBe(false)
  })

  it('compares the path without query and fragment', () => {
    const rules: RbacRules = { action: 'DENY', policies: { p: { permissions: [{ urlPath: { path: { exact: '/admin' } } }], principals: [{ any: true }] } } }
    expect(['/admin', '/admin?x', '/admin#x', '/Admin', '/admin/'].map((path) => decide(rules, subject(path)).allowed)).toEqual([false, false, false, true, true])
  })

  it('a header condition never holds on a plain connection', () => {
    const rules: RbacRules = { action: 'DENY', policies: { p: { permissions: [{ header: { name: ':method', stringMatch: { exact: 'GET' } } }], principals: [{ any: true }] } } }
    expect(decide(rules, { ...subject('/'), head: undefined }).allowed).toBe(true)
  })

  it('not is the contrary of its condition', () => {
    fc.assert(fc.property(fc.constantFrom('/a', '/b', '/ab', '/'), fc.constantFrom('/a', '/b'), (path, prefix) => {
      const positive: RbacRules = { action: 'DENY', policies: { p: { permissions: [{ urlPath: { path: { prefix } } }], principals: [{ any: true }] } } }
      const negative: RbacRules = { action: 'DENY', policies: { p: { permissions: [{ notRule: { urlPath: { path: { prefix } } } }], principals: [{ any: true }] } } }
      expect(decide(positive, subject(path)).allowed).toBe(!decide(negative, subject(path)).allowed)
    }))
  })

  it('refuses rules it cannot judge, rather than letting them fail open', () => {
    const report = reportOn('Listener', 'l', [])
    compileRbac({ action: 'DENY', policies: { p: { permissions: [{}], principals: [{ any: true }] } } }, 'rules', report)
    expect(report.problems.map((problem) => problem.code)).toEqual(['MESH0711'])
  })
})
