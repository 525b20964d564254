/** `nx run api-types:crds`: writes the CRDs and the editors' JSON Schemas; `--check` says which are stale instead, and exits 1. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { generate } from './generate.ts'

const packageRoot = join(import.meta.dirname, '..')
const root = join(packageRoot, '../..')

/** Files below the generated folders that nothing generates any more. */
const orphans = (files: ReadonlyMap<string, string>): readonly string[] =>
  ['manifests/crds', 'packages/api-types/schemas']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !files.has(file))

const files = generate(packageRoot)
const isStale = ([file, text]: readonly [string, string]): boolean => !existsSync(join(root, file)) || readFileSync(join(root, file), 'utf8') !== text
const stale = [...files].filter(isStale)

if (process.argv.includes('--check')) {
  const problems = [...stale.map(([file]) => `${file} is stale`), ...orphans(files).map((file) => `${file} is not generated any more`)]
  for (const problem of problems) console.error(`${problem}; run \`nx run api-types:crds\``)
  process.exitCode = problems.length > 0 ? 1 : 0
} else {
  for (const [file, text] of stale) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  for (const file of orphans(files)) rmSync(join(root, file))
  console.log(`${files.size} files, ${stale.length} of them new or changed`)
}
