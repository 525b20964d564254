#!/usr/bin/env node
// Starts the bundled program on Node 24 or newer: on an older Node it hands over to the project's own (one child, same stdio, signals and
// exit code). Written by tools/sync-packages.mjs; plain JavaScript, because an old Node reads it. Imports nothing before it must: 5 ms.
const bundle = new URL('../dist/bundle/main.js', import.meta.url)
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 24 || (major === 24 && minor >= 11)) await start()
else await handOver()

async function start() {
  // What a program makes while it starts mostly stays. The engine would learn from that to make things of the same kinds in old space from then on, where
  // everything they point to is copied and kept until a full collection: a tenth of the CPU of a change in a large mesh.
  process.getBuiltinModule('node:v8').setFlagsFromString('--no-allocation-site-pretenuring')
  process.getBuiltinModule('node:module').enableCompileCache()
  try {
    await import(bundle.href)
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || error.url !== bundle.href) throw error
    fail(`__NAME__: ${bundle.pathname} is missing. Run \`npm ci\` (or \`npm run prepare\`) in the project to make it.`)
  }
}

async function handOver() {
  const [{ spawn }, { existsSync }, { dirname, join }, { fileURLToPath }] = await Promise.all(['child_process', 'fs', 'path', 'url'].map((name) => import(`node:${name}`)))
  const here = fileURLToPath(import.meta.url)
  const node = ownNode(dirname(here))
  if (!node) fail(`__NAME__ needs Node 24.11 or newer, and this is ${process.version}. Install Node 24 (or the npm package node-linux-${process.arch}) and try again.`)
  const child = spawn(node, [here, ...process.argv.slice(2)], { stdio: 'inherit' })
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

  function ownNode(folder) {
    for (const arch of ['x64', 'arm64']) {
      const node = join(folder, 'node_modules', `node-linux-${arch}`, 'bin', 'node')
      if (arch === process.arch && existsSync(node)) return node
    }
    return folder === dirname(folder) ? undefined : ownNode(dirname(folder))
  }
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
