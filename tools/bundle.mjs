// Bundles the apps with esbuild: one folder apps/<app>/dist/bundle each, split so that a command loads only what it needs.
// Runs from the root `prepare`, so that bins, demo, conformance and bench work after `npm ci` alone.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const apps = ['istiod', 'proxy', 'cli'].filter((app) => existsSync(join(root, 'apps', app, 'src/main.ts')))
const only = process.argv.slice(2)

/**
 * Built-in modules as they are, without the ES module that Node makes of each: making it reads every export, also those that load more on
 * demand. At a start that is 26 ms for `node:http` (a WebSocket client), 15 ms for `node:fs`, `node:util`, `node:process` and `node:crypto`.
 */
const builtinModules = {
  name: 'builtin-modules',
  setup({ onResolve, onLoad }) {
    const one = /^(?:node:)?([a-z0-9_]+(?:\/[a-z0-9]+)*)$/
    onResolve({ filter: one }, ({ path, kind, importer }) => {
      if (!isBuiltin(path)) return undefined
      // One for each importer: what several share would become a chunk, and a chunk takes 0.7 ms to load.
      return { path: `node:${one.exec(path)[1]}`, suffix: `?${importer}`, namespace: kind === 'import-statement' ? 'builtin-import' : 'builtin-require', sideEffects: false }
    })
    onLoad({ filter: one, namespace: 'builtin-require' }, ({ path }) => ({ contents: `module.exports = process.getBuiltinModule('${path}')` }))
    // What is not imported by name is not read.
    onLoad({ filter: one, namespace: 'builtin-import' }, ({ path }) => ({
      contents: [
        `const builtin = /* @__PURE__ */ process.getBuiltinModule('${path}')`,
        'export default builtin',
        ...Object.keys(process.getBuiltinModule(path)).filter((name) => name !== 'default').map((name) => `const _${name} = /* @__PURE__ */ (() => builtin.${name})(); export { _${name} as ${name} }`),
      ].join('\n'),
    }))
  },
}

/** The ES modules of `yaml`: one scope and only what is used, where its 70 CommonJS modules take 5 ms to run. */
const yamlModules = {
  name: 'yaml-modules',
  setup({ onResolve }) {
    onResolve({ filter: /^yaml$/ }, ({ resolveDir }) => ({ path: createRequire(`${resolveDir}/`).resolve('yaml/package.json').replace(/package\.json$/, 'browser/dist/index.js'), sideEffects: false }))
  },
}

await Promise.all(apps.filter((app) => only.length === 0 || only.includes(app)).map(async (app) => {
  const target = join(root, 'apps', app, 'dist/bundle')
  // Made beside the old one and put in its place whole, so that a program that starts meanwhile finds one or the other.
  const outdir = `${target}.${process.pid}.new`
  const result = await build({
    entryPoints: [join(root, 'apps', app, 'src/main.ts')],
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    conditions: ['@istio-ts/source'],
    plugins: [builtinModules, yamlModules],
    sourcemap: 'linked',
    sourcesContent: false,
    // Less text for the engine to keep (2 MB of a proxy's memory); names stay, so that stacks are readable.
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    legalComments: 'linked',
    logLevel: 'warning',
    absWorkingDir: root,
    define: { __VERSION__: JSON.stringify(JSON.parse(readFileSync(join(root, 'apps', app, 'package.json'), 'utf8')).version) },
  })
  writeFileSync(join(outdir, 'meta.json'), JSON.stringify(result.metafile).replaceAll(`bundle.${process.pid}.new/`, 'bundle/'))
  const old = `${target}.${process.pid}.old`
  mkdirSync(target, { recursive: true })
  renameSync(target, old)
  renameSync(outdir, target)
  rmSync(old, { recursive: true, force: true })
}))
