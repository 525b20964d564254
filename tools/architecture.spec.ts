/** The architecture is executable: the import law, purity, no cycles, docs and faces hold, or a test says where not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCycle, importsOf, sources, type Import } from './import-graph.ts'
import workspace from './packages.json' with { type: 'json' }

const root = resolve(import.meta.dirname, '..')
interface Spec { readonly deps: readonly string[]; readonly testDeps?: readonly string[]; readonly npm?: Readonly<Record<string, string>>; readonly faces?: readonly string[] }
const packages: Readonly<Record<string, Spec>> = workspace.packages
const apps: Readonly<Record<string, Spec>> = workspace.apps
const all = { ...packages, ...apps }
const folderOf = (name: string): string => join(root, name in packages ? 'packages' : 'apps', name)
const imports = new Map<string, readonly Import[]>(Object.keys(all).filter((name) => existsSync(join(folderOf(name), 'src'))).map((name) => [name, sources(join(folderOf(name), 'src')).flatMap((file) => importsOf(root, file))]))
const isSpec = (file: string): boolean => /\.spec\.ts$/.test(file) || file.includes('/testing/') || /\/test[-/]/.test(file)
const edge = /\/(node|grpc|io|testing)\//

describe.each([...imports])('%s', (name, list) => {
  const own = list.filter(({ file }) => !isSpec(file))

  it('imports only what the import law allows', () => {
    const allowed = new Set([name, ...(all[name]?.deps ?? [])])
    const broken = own.filter(({ target }) => target.startsWith('@istio-ts/') && !allowed.has(target.split('/')[1] ?? ''))
    expect(broken).toEqual([])
  })

  it('imports only third-party packages that it declares', () => {
    const declared = new Set(Object.keys(all[name]?.npm ?? {}))
    const names = own.map(({ target, file }) => ({ file, target: /^(@[^/]+\/[^/]+|[^./@][^/]*)/.exec(target)?.[1] ?? '' })).filter(({ target }) => target !== '' && !target.startsWith('@istio-ts/') && !target.startsWith('node:') && !/^(packages|apps|tools)$/.test(target))
    expect(names.filter(({ target }) => !declared.has(target))).toEqual([])
  })

  it('reaches no other package by a path', () => {
    const prefix = `${relative(root, folderOf(name))}/`
    expect(own.filter(({ target }) => /^(packages|apps)\//.test(target) && !target.startsWith(prefix))).toEqual([])
  })

  it('imports only public faces of others', () => {
    const faces = (target: string): boolean => {
      const [, other = '', ...face] = target.split('/')
      const manifest = join(folderOf(other), 'package.json')
      if (!existsSync(manifest)) return false
      const { exports = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: Record<string, unknown> }
      const key = face.length === 0 ? '.' : `./${face.join('/')}`
      return key in exports || Object.keys(exports).some((pattern) => pattern.includes('*') && new RegExp(`^${pattern.replaceAll('*', '.+')}$`).test(key))
    }
    expect(own.filter(({ target }) => target.startsWith('@istio-ts/') && !faces(target))).toEqual([])
  })

  it('has no cycle of run-time imports', () => {
    expect(findCycle(own)).toBeUndefined()
  })

  if (name in packages && name !== 'testkit') {
    it('is pure outside its edges', () => {
      expect(own.filter(({ file, target }) => target.startsWith('node:') && !edge.test(file))).toEqual([])
    })
    it('has a README', () => {
      expect(existsSync(join(folderOf(name), 'README.md'))).toBe(true)
    })
  }
})

describe('the test of the law itself', () => {
  it('finds a cycle where there is one', () => {
    const link = (file: string, target: string, typeOnly = false): Import => ({ file, target, typeOnly, lazy: false })
    expect(findCycle([link('a.ts', 'b.ts'), link('b.ts', 'c.ts'), link('c.ts', 'a.ts')])).toEqual(['a.ts', 'b.ts', 'c.ts', 'a.ts'])
    expect(findCycle([link('a.ts', 'b.ts'), link('b.ts', 'a.ts', true)])).toBeUndefined()
  })
})

describe('docs', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`), ...Object.keys(packages).map((name) => `packages/${name}/README.md`).filter((file) => existsSync(join(root, file)))]

  it.each(pages)('%s links to things that exist', (page) => {
    const text = readFileSync(join(root, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '')
    const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '').filter((target) => !/^[a-z]+:/.test(target))
    expect(targets.filter((target) => !existsSync(resolve(root, dirname(page), target)))).toEqual([])
  })

  it('number ADRs without gaps', () => {
    const numbers = readdirSync(join(root, 'docs/adr')).map((file) => Number(file.slice(0, 4))).sort((a, b) => a - b)
    expect(numbers).toEqual(numbers.map((_, i) => i))
  })
})
