/** A scenario that does not hold says so: the proof that the others can fail. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { judge } from './judge.ts'
import type { CallResult } from './make-call.ts'
import { readScenario } from './read-scenario.ts'
import { runScenario, type Scenario } from './run-scenario.ts'
import { parseSteps, type CallStep } from './steps.ts'

const folderOf = (slug: string): Scenario => readScenario(join(import.meta.dirname, 'testdata', slug))

describe('a scenario that does not hold', () => {
  it('fails when the policy behind it is taken away (mutant)', async () => {
    const scenario = folderOf('authorization-denies-who-is-not-allowed')
    const { problems } = await runScenario({ ...scenario, mesh: scenario.mesh.slice(0, scenario.mesh.indexOf('---')) })
    expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(/^step 2: other GET .*: status is 200, not 403/), expect.stringMatching(/^step 4: .*: reached is "reviews-v1", not "nobody"/)]))
  })

  it('fails when the servers stay permissive (mutant)', async () => {
    const scenario = folderOf('strict-mutual-tls-refuses-plain-text')
    const { problems } = await runScenario({ ...scenario, files: { 'strict.yaml': (scenario.files?.['strict.yaml'] ?? '').replace('STRICT', 'PERMISSIVE') } })
    expect(problems).toEqual([expect.stringMatching(/^step 3: .*status is 200, not "none"/), expect.stringMatching(/^step 3: .*reached is "reviews-v1"/)])
  })

  it('refuses a mesh that is not valid, with file and line', async () => {
    const scenario = folderOf('weights-split-calls-between-versions')
    await expect(runScenario({ ...scenario, mesh: scenario.mesh.replace('weight: 20', 'weight: many') })).rejects.toThrow(/^mesh.yaml:\d+ \w+ /)
  })

  it.each(['{asked: nobody, times: [0, 0]}', '{log: nobody, holds: x, lines: 0}', '{answers: nobody, statuses: [503]}', '{from: nobody, request: GET http://reviews/}'])('refuses a step about nobody: %s', async (step) => {
    await expect(runScenario({ ...folderOf('weights-split-calls-between-versions'), calls: `[${step}]` })).rejects.toThrow(/^nobody is called nobody; there are /)
  })
})

describe('what a scenario collects', () => {
  let logs: ReadonlyMap<string, readonly string[]>
  beforeAll(async () => {
    const scenario = folderOf('faults-delay-and-abort-calls')
    logs = (await runScenario(scenario)).logs
  })
  it('has the access log of every proxy', () => {
    expect(logs.get('default/web')?.[0]).toContain('"GET / HTTP/1.1" 418 FI')
  })
})

describe('judging', () => {
  const step = parseSteps('[{from: a, request: "GET http://b/", expect: {reached: {v1: 0.5, v2: 0.5}, status: 200}}]')[0] as CallStep
  const result = (reached: string, status = 200): CallResult => ({ status, reached, headers: {}, body: '', seen: [], caller: '', route: '', certificate: '', tookMs: 1 })

  it('takes shares that are near', () => {
    expect(judge(step, [...Array.from({ length: 45 }, () => result('v1')), ...Array.from({ length: 55 }, () => result('v2'))])).toEqual([])
  })
  it('tells shares that are off, and who should not have been reached at all', () => {
    expect(judge(step, [...Array.from({ length: 64 }, () => result('v1')), ...Array.from({ length: 35 }, () => result('v2')), result('v3')])).toEqual(['v1 got 0.64 of 100 calls, not 0.5', 'v2 got 0.35 of 100 calls, not 0.5', 'v3 got 0.01 of 100 calls, not 0'])
  })
})

describe('reading steps', () => {
  it.each([
    ['[{from: a, request: "GET http://b/", expect: {stauts: 200}}]', 'step 1: expect: nobody knows stauts'],
    ['[{from: a, request: "GET http://b/", times: many}]', 'step 1: times cannot be "many"'],
    ['{from: a}', 'steps are a list'],
    ['[{answers: a, statuses: [200, x]}]', 'step 1: statuses cannot be [200,"x"]'],
  ])('refuses %s', (text, message) => {
    expect(() => parseSteps(text)).toThrow(message)
  })
})
