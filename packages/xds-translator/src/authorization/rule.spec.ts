/** Authorization rules on HTTP and on opaque TCP, where requests do not exist. */
import type { AuthorizationRule, SourceRule, ValueRule } from '@istio-ts/mesh-model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rbac } from './rbac.ts'
import { rbacPolicy, type RuleScope } from './rule.ts'
import { headerMatcher, valueMatcher } from './value-match.ts'

const NONE: ValueRule = { values: [], notValues: [] }
const some = (...values: readonly string[]): ValueRule => ({ values, notValues: [] })
const source = (change: Partial<SourceRule>): SourceRule =>
  ({ principals: NONE, requestPrincipals: NONE, namespaces: NONE, serviceAccounts: NONE, trustDomains: NONE, ipBlocks: NONE, remoteIpBlocks: NONE, ...change })
const rule = (change: Partial<AuthorizationRule>): AuthorizationRule => ({ index: 0, sources: [], operations: [], conditions: [], from: [], ...change })
const scope = (change: Partial<RuleScope> = {}): RuleScope => ({ tcp: false, allow: true, namespace: 'default', toListenPort: (port) => port, trustDomains: ['cluster.local'], ...change })
const operation = (change: object) => ({ hosts: NONE, ports: NONE, methods: NONE, paths: NONE, ...change })
const ANY = { permissions: [{ andRules: { rules: [{ any: true }] } }], principals: [{ andIds: { ids: [{ any: true }] } }] }

describe('rbacPolicy', () => {
  it('lets an empty rule match everything', () => expect(rbacPolicy(rule({}), scope())).toEqual(ANY))

  it('drops an ALLOW rule that speaks of requests from TCP, because half of it would allow too much', () => {
    for (const change of [{ operations: [operation({ paths: some('/a') })] }, { sources: [source({ requestPrincipals: some('iss/sub') })] }, { conditions: [{ key: 'request.headers[x]', ...some('1') }] }]) {
      expect(rbacPolicy(rule(change), scope({ tcp: true }))).toBeUndefined()
      expect(rbacPolicy(rule(change), scope())).not.toBeUndefined()
    }
  })

  it('keeps what is left of a DENY rule on TCP, so that it rather denies too much', () => {
    expect(rbacPolicy(rule({ operations: [operation({ paths: some('/a') })] }), scope({ tcp: true, allow: false }))).toEqual(ANY)
  })

  it('maps workload ports to listen ports in operations and conditions', () => {
    const mapped = rbacPolicy(rule({ operations: [operation({ ports: some('8080') })], conditions: [{ key: 'destination.port', values: [], notValues: ['9000'] }] }), scope({ toListenPort: (port) => port + 30_000 }))
    expect(JSON.stringify(mapped)).toContain('{"destinationPort":38080}')
    expect(JSON.stringify(mapped)).toContain('{"notRule":{"orRules":{"rules":[{"destinationPort":39000}]}}}')
  })

  it('resolves short service accounts in the namespace of the policy', () => {
    expect(JSON.stringify(rbacPolicy(rule({ sources: [source({ serviceAccounts: some('client') })] }), scope({ namespace: 'bank' })))).toContain('spiffe://.+/ns/bank/(.+/|)sa/client(/.+)?')
  })

  it.each([
    ['ours', 'td1/ns/a/sa/b', ['td1/ns/a/sa/b', 'old.td/ns/a/sa/b']],
    ['an alias', 'old.td/ns/a/sa/b', ['td1/ns/a/sa/b', 'old.td/ns/a/sa/b']],
    ['a stranger', 'evil/ns/a/sa/b', ['evil/ns/a/sa/b']],
    ['all', '*', ['*']],
    ['all, with a rest', '*/sa/b', ['*/sa/b']],
    ['a pattern', '*.td/ns/a/sa/b', ['td1/ns/a/sa/b', '*.td/ns/a/sa/b']],
  ])('is about every name of the mesh where a principal names %s', (_what, principal, all) => {
    const rbac = rbacPolicy(rule({ sources: [source({ principals: some(principal) })] }), scope({ trustDomains: ['td1', 'old.td'] }))
    expect(rbac?.['principals']).toEqual([{ andIds: { ids: [{ orIds: { ids: all.map((value) => ({ authenticated: { principalName: valueMatcher(value, 'spiffe://') } })) } }] } }])
  })

  it('takes the letters of names for what they are', () => {
    const spelled = JSON.stringify(rbacPolicy(rule({ sources: [source({ namespaces: some('a.b*'), serviceAccounts: some('n/my.sa') })], conditions: [{ key: 'source.principal', ...some('*.td/ns') }] }), scope()))
    for (const regex of ['.*/ns/a\\.b.*/.*', 'spiffe://.+/ns/n/(.+/|)sa/my\\.sa(/.+)?', 'spiffe://.*\\.td/ns']) expect(spelled).toContain(JSON.stringify(regex))
  })

  it('never lets a negative value allow', () => {
    fc.assert(fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }), (values) => {
      const policy = rbacPolicy(rule({ sources: [source({ principals: { values: [], notValues: values } })] }), scope())
      expect(JSON.stringify(policy?.['principals'])).toMatch(/^\[\{"andIds":\{"ids":\[\{"notId":/)
    }))
  })
})

describe('rbac', () => {
  it('says "nobody" for an ALLOW policy without rules and nothing for a DENY one', () => {
    const empty = { name: 'p', namespace: 'n', dryRun: false, rules: [], from: [] }
    const all = { tcp: false, namePrefix: '', toListenPort: (port: number) => port, trustDomains: [] }
    expect(rbac([empty], { ...all, action: 'ALLOW' })).toEqual({ policies: { 'ns[n]-policy[p]-rule[0]': { permissions: [{ notRule: { any: true } }], principals: [{ notId: { any: true } }] } } })
    expect(rbac([empty], { ...all, action: 'DENY' })).toEqual({ action: 'DENY' })
  })

  it('allows nothing on TCP when all its rules vanish there', () => {
    const policy = { name: 'p', namespace: 'n', dryRun: false, rules: [rule({ operations: [operation({ methods: some('GET') })] })], from: [] }
    expect(rbac([policy], { tcp: true, namePrefix: '', toListenPort: (port) => port, trustDomains: [], action: 'ALLOW' })).toEqual({})
  })
})

describe('valueMatcher', () => {
  it.each([
    ['*', { safeRegex: { regex: '.+' } }], ['a*', { prefix: 'a' }], ['*a', { suffix: 'a' }], ['a', { exact: 'a' }],
  ] as const)('reads %s', (value, expected) => expect(valueMatcher(value)).toEqual(expected))

  it('puts the prefix of principals before every form', () => {
    expect(valueMatcher('*/sa/a', 'spiffe://')).toEqual({ safeRegex: { regex: 'spiffe://.*/sa/a' } })
    expect(valueMatcher('td/*', 'spiffe://')).toEqual({ prefix: 'spiffe://td/' })
  })

  it('asks only for the presence of a header by *', () => expect(headerMatcher('x', '*')).toEqual({ name: 'x', presentMatch: true }))
})
