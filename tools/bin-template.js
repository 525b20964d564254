#!/usr/bin/env node
// Starts the bundled program on Node 24 or newer: on an older Node it hands over to the project's own (one child, same stdio, signals and
// exit code). Written by tools/sync-packages.mjs; plain JavaScript, because an old Node reads it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const bundle = join(here, '../dist/bundle/main.js')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

function ownNode() {
  for (let folder = here; ; folder = dirname(folder)) {
    for (const arch of ['x64', 'arm64']) {
      const node = join(folder, 'node_modules', `node-linux-${arch}`, 'bin', 'node')
      if (arch === process.arch && existsSync(node)) return node
    }
    if (folder === dirname(folder)) return undefined
  }
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

if (!existsSync(bundle)) {
  fail(`__NAME__: ${bundle} is missing. Run \`npm ci\` (or \`npm run prepare\`) in the project to make it.`)
} else if (major > 24 || (major === 24 && minor >= 11)) {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache?.()
  await import(pathToFileURL(bundle).href)
} else {
  const node = ownNode()
  if (!node) fail(`__NAME__ needs Node 24.11 or newer, and this is ${process.version}. Install Node 24 (or the npm package node-linux-${process.arch}) and try again.`)
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`__NAME__: ${node} cannot be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else {
      process.exit(code ?? 1)
    }
  })
}
