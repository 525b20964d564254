/** `docs/packages.md`: what there is, by which doors one enters, and who may import whom. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import workspace from '../packages.json' with { type: 'json' }
import { facesOf } from './public-faces.ts'
import { cell, root, table } from './source.ts'

interface Spec { readonly description: string; readonly deps: readonly string[]; readonly layer?: number; readonly npm?: Readonly<Record<string, string>>; readonly bin?: Readonly<Record<string, string>> }
const packages: Readonly<Record<string, Spec>> = workspace.packages
const apps: Readonly<Record<string, Spec>> = workspace.apps

/** The page. */
export function packagesPage(): string {
  const names = Object.keys(packages)
  const list = (kind: string, all: Readonly<Record<string, Spec>>): string => table(['name', 'what it is', 'third parties'], Object.entries(all).map(([name, { description, npm = {}, bin = {} }]) => [
    `[${name}](../${kind}/${name}${existsSync(join(root, kind, name, 'README.md')) ? '/README.md' : '/src'})`,
    `${cell(description)}${Object.keys(bin).length > 0 ? ` Program: \`${Object.keys(bin).join('`, `')}\`.` : ''}`,
    Object.entries(npm).map(([one, version]) => `${one} ${version}`).join(', ') || 'none',
  ]))
  return `# Packages

One line each, lower floors first; the picture is in [architecture.md](architecture.md). The list is [tools/packages.json](../tools/packages.json).

## Libraries

${list('packages', packages)}

## Programs

${list('apps', apps)}

## Faces

Everything else of a package is its own business; no other import resolves. \`*\` stands for any name, e.g. one kind.

${table(['import', 'what is behind it'], names.flatMap((name) => facesOf(name).map(({ face, file }) => [`\`@istio-ts/${name}${face.slice(1)}\``, cell(file.includes('*') ? `one file each, \`${file.slice(2)}\`` : firstSentence(join(root, 'packages', name, file)))])))}

## Who may import whom

A row imports the columns marked \`x\`. ESLint and [tools/architecture.spec.ts](../tools/architecture.spec.ts) hold it.

${table(['', ...names], Object.entries({ ...packages, ...apps }).map(([name, { deps }]) => [`**${name}**`, ...names.map((other) => (deps.includes(other) ? 'x' : other === name ? '-' : ''))]))}
`
}

/** The purpose with which a file begins. */
function firstSentence(file: string): string {
  const text = readFileSync(file, 'utf8')
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? ''
  const line = comment.split('\n').map((one) => one.replace(/^\s*\*\s?/, '').trim()).join(' ').trim()
  if (line === '') throw new Error(`${file} does not begin with a sentence of purpose`)
  return line
}
