/** Which files `-f` means, and their text. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { whyNot } from '../../why-not.ts'

/** Files of the names given; a folder stands for the YAML and JSON files below it (dot folders left out), in order. */
export function filesOf(names: readonly string[], cwd: string): readonly string[] {
  return names.flatMap((name) => (existsSync(resolve(cwd, name)) || name === '-' ? [name] : name.split(','))).flatMap((name) => (isFolder(resolve(cwd, name)) ? filesBelow(name, cwd) : [name]))
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

function filesBelow(folder: string, cwd: string): readonly string[] {
  const entries = readdirSync(resolve(cwd, folder), { withFileTypes: true }).filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path, cwd)
    return /\.(?:ya?ml|json)$/i.test(entry.name) ? [path] : []
  })
}

/** The text of a file (`-` is standard input), or why there is none. */
export function readable(name: string, cwd: string): { readonly text: string; readonly problem?: never } | { readonly text?: never; readonly problem: string } {
  try {
    return { text: readFileSync(name === '-' ? 0 : resolve(cwd, name), 'utf8') }
  } catch (error) {
    return { problem: `cannot read file ${JSON.stringify(name)}: ${whyNot(error)}` }
  }
}
