/**
 * Generates packages/api-types/src/envoy/gen from protos/. With `--check` nothing is written: exit code 1 and the stale files' names
 * say that somebody forgot to.
 *
 * Usage: node tools/codegen/generate.ts [--check]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emitDescriptor } from './emit-descriptor.ts'
import { emitServices, emitTypes } from './emit-types.ts'
import { readProtos } from './read-protos.ts'

const root = join(import.meta.dirname, '../..')
const target = join(root, 'packages/api-types/src/envoy/gen')

const current = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function main(): void {
  const facts = readProtos(join(root, 'protos'))
  const files = { 'descriptor.ts': emitDescriptor(facts), 'messages.ts': emitTypes(facts), 'services.ts': emitServices(facts) }
  const stale = Object.entries(files).filter(([name, text]) => current(join(target, name)) !== text)
  if (process.argv.includes('--check')) {
    for (const [name] of stale) process.stdout.write(`packages/api-types/src/envoy/gen/${name} is stale; run node tools/codegen/generate.ts\n`)
    process.exitCode = stale.length > 0 ? 1 : 0
    return
  }
  mkdirSync(target, { recursive: true })
  for (const [name, text] of stale) writeFileSync(join(target, name), text)
  process.stdout.write(stale.length > 0 ? `wrote ${stale.map(([name]) => name).join(', ')}\n` : 'everything is fresh\n')
}

main()
