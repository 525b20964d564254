/** The import graph of the repository, read from the sources. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** One import: who, whom (a repository path for relative ones, else the specifier), and whether only types travel. */
export interface Import {
  readonly file: string
  readonly target: string
  readonly typeOnly: boolean
  /** `await import(...)`: happens later, so it closes no cycle. */
  readonly lazy: boolean
}

const STATEMENT = /^\s*(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** All TypeScript sources below a folder, without specs, generated output and test data. */
export function sources(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (['node_modules', 'dist', 'out-tsc', 'testdata'].includes(name)) return []
    if (statSync(path).isDirectory()) return sources(path)
    return name.endsWith('.ts') && !name.endsWith('.d.ts') ? [path] : []
  })
}

/** Imports of a file. Relative targets are resolved to paths relative to `root`. */
export function importsOf(root: string, file: string): readonly Import[] {
  const text = readFileSync(file, 'utf8')
  const found = [
    ...[...text.matchAll(STATEMENT)].map((match) => ({ specifier: match[2] ?? '', typeOnly: match[1] !== undefined, lazy: false })),
    ...[...text.matchAll(DYNAMIC)].map((match) => ({ specifier: match[1] ?? '', typeOnly: false, lazy: true })),
  ]
  return found.map(({ specifier, typeOnly, lazy }) => ({
    file: relative(root, file),
    target: specifier.startsWith('.') ? relative(root, resolve(dirname(file), specifier)) : specifier,
    typeOnly,
    lazy,
  }))
}

/** A cycle among run-time imports, if there is one: the files in order. */
export function findCycle(imports: readonly Import[]): readonly string[] | undefined {
  const next = new Map<string, string[]>()
  for (const { file, target, typeOnly, lazy } of imports) if (!typeOnly && !lazy && target.endsWith('.ts')) next.set(file, [...(next.get(file) ?? []), target])
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const target of next.get(file) ?? []) {
      const cycle = visit(target, [...path, file])
      if (cycle) return cycle
    }
    done.add(file)
    return undefined
  }
  for (const file of next.keys()) {
    const cycle = visit(file, [])
    if (cycle) return cycle
  }
  return undefined
}
