/** The generated pages are as fresh as the sources, and say everything. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { environment, homeOf, variablesRead, type Variable } from './environment.ts'
import { codesNamed, codeUses, usesOf } from './error-codes.ts'
import { listedMetrics } from './listed-metrics.ts'
import { homes, root } from './source.ts'

/** In a process of its own: the pages import sources of packages, which plain Node does by a condition. */
const run = (...args: readonly string[]): string => execFileSync(join(root, 'node_modules/.bin/node'), ['--disable-warning=ExperimentalWarning', '--conditions=@istio-ts/source', ...args], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('generated pages', () => {
  it('are fresh', () => {
    expect(() => run('tools/docs/generate.ts', '--check')).not.toThrow()
  })
})

describe('codes', () => {
  const uses = codeUses()

  it('have one meaning each: all uses of a code of ours stand in one file', () => {
    const files = Map.groupBy(uses.filter(({ code }) => code.startsWith('MESH')), ({ code }) => code)
    const twice = [...files].map(([code, list]) => [code, ...new Set(list.map(({ file }) => file))]).filter((row) => row.length > 2)
    expect(twice).toEqual([])
  })

  it('all have a row: none is named that nothing makes', () => {
    const made = new Set(uses.map(({ code }) => code))
    expect([...codesNamed()].filter((code) => !made.has(code))).toEqual([])
  })

  it('say what is wrong and what to do', () => {
    expect(uses.filter(({ message, remedy }) => message === '' || remedy === '').map(({ code, file, line }) => `${code} ${file}:${line}`)).toEqual([])
  })

  it('lie in the range of their package', () => {
    const ranges: Readonly<Record<string, readonly string[]>> = {
      'packages/foundation': ['00'], 'packages/collections': ['00'], 'packages/telemetry': ['00'], 'packages/api-types': ['01', '02'], 'packages/kube': ['02'], 'packages/mesh-model': ['03'],
      'packages/xds-translator': ['04'], 'packages/xds-protocol': ['05'], 'packages/ca': ['06'], 'packages/proxy-core': ['07'], 'packages/local': ['08'], 'apps/istiod': ['09'], 'apps/proxy': ['09'], 'apps/cli': ['09'],
    }
    expect(uses.filter(({ code, home }) => code.startsWith('MESH') && ranges[home]?.includes(code.slice(4, 6)) !== true).map(({ code, file }) => `${code} ${file}`)).toEqual([])
  })

  it('are read from every form in which findings are made', () => {
    const tree = ts.createSourceFile('x.ts', `
      const a = () => ({ code: 'MESH9001', severity: 'warning', message: \`\${host} has no port \${String(port)}.\`, remedy: 'Add one.' })
      throw new MeshError({ code: 'MESH9002', message: 'no ' + 'good.', remedy: ways(cache) })
      /** What a comment says. */
      const b = error('MESH9003', 'Do it.')
      const c = finding('MESH9004', 'info', resource, path, 'one thing.', 'Another.')
      if (found.code === 'MESH9005') stop()
      const ways = (cache) => \`Look into \${cache}.\`
    `, ts.ScriptTarget.Latest, true)
    expect(usesOf('packages/x', { path: 'x.ts', tree }).map(({ code, severity, message, remedy }) => [code, severity, message, remedy])).toEqual([
      ['MESH9001', 'warning', '<host> has no port <port>.', 'Add one.'],
      ['MESH9002', 'fatal', 'no good.', 'Look into <cache>.'],
      ['MESH9003', 'error', 'What a comment says.', 'Do it.'],
      ['MESH9004', 'info', 'one thing.', 'Another.'],
    ])
  })
})

describe('environment variables', () => {
  it('are those that the programs read', () => {
    const read = (Object.keys(homeOf) as Variable['program'][]).map((program) => [program, variablesRead(homeOf[program])])
    const told = (Object.keys(homeOf) as Variable['program'][]).map((program) => [program, environment.filter((one) => one.program === program).map(({ name }) => name).sort()])
    expect(told).toEqual(read)
  })

  it('are read by programs alone', () => {
    expect(homes().filter((home) => variablesRead(home).length > 0 && !Object.values(homeOf).includes(home))).toEqual([])
  })
})

describe('metrics', () => {
  it('have a help text and an instrument', () => {
    expect(listedMetrics().filter(({ name, help, type }) => name === '' || help === '' || type === '')).toEqual([])
    expect(listedMetrics().length).toBeGreaterThan(20)
  })
})
