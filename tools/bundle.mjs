// Bundles the apps with esbuild: one folder apps/<app>/dist/bundle each, split so that a command loads only what it needs.
// Runs from the root `prepare`, so that bins, demo, conformance and bench work after `npm ci` alone.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const apps = ['istiod', 'proxy', 'cli'].filter((app) => existsSync(join(root, 'apps', app, 'src/main.ts')))
const only = process.argv.slice(2)

// grpc-js and others are CommonJS and ask for `require`.
const banner = "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

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
    banner: { js: banner },
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
