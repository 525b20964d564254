// Writes the boiler-plate of every package and app from tools/packages.json, so that it is the same everywhere.
// `node tools/sync-packages.mjs` rewrites, `--check` fails when a file is stale. Hand-written parts of a package.json
// (nx targets, extra exports) are kept: only the keys named in `packageJson` are owned by this tool.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const { packages, apps } = JSON.parse(readFileSync(join(root, 'tools/packages.json'), 'utf8'))
const stale = []

const folderOf = (name) => (name in packages ? `packages/${name}` : `apps/${name}`)
const json = (value) => `${JSON.stringify(value, null, 2)}\n`

function emit(path, text, mode = 0o644) {
  const file = join(root, path)
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  if (check) return stale.push(path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text, { mode })
}

const exportOf = (path) => ({
  '@istio-ts/source': `./src/${path}.ts`,
  types: `./dist/${path}.d.ts`,
  default: `./dist/${path}.js`,
})

function packageJson(name, spec, kind) {
  const path = join(root, folderOf(name), 'package.json')
  const old = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  const ours = Object.fromEntries(spec.deps.map((dep) => [`@istio-ts/${dep}`, '0.1.0']))
  const faces = Object.fromEntries((spec.faces ?? []).map((face) => [`./${face}`, exportOf(`${face}/index`)]))
  const isLib = kind === 'lib'
  return {
    name: `@istio-ts/${name}`,
    version: old.version ?? '0.1.0',
    description: spec.description,
    license: 'Apache-2.0',
    type: 'module',
    ...(spec.private ? { private: true } : {}),
    engines: { node: '>=24.11' },
    ...(isLib ? { sideEffects: false } : { bin: spec.bin }),
    files: isLib ? ['dist', 'src', ...(spec.files ?? []), '!**/*.spec.*', '!**/*.tsbuildinfo', '!**/testdata'] : ['bin', 'dist'],
    publishConfig: { access: 'public' },
    ...(isLib ? { exports: { './package.json': './package.json', '.': exportOf('index'), ...faces, ...(old.extraExports ?? {}) } } : {}),
    ...(old.extraExports ? { extraExports: old.extraExports } : {}),
    dependencies: Object.fromEntries(Object.entries({ ...ours, ...(spec.npm ?? {}) }).sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(old.devDependencies ? { devDependencies: old.devDependencies } : {}),
    nx: { ...(old.nx ?? {}), tags: isLib ? ['type:lib', `pkg:${name}`] : ['type:app', `pkg:${name}`] },
  }
}

const references = (name, spec, configName) =>
  spec.deps.filter((dep) => dep in packages).map((dep) => ({ path: `../../packages/${dep}/${configName}` }))

function sync(name, spec, kind) {
  const folder = folderOf(name)
  emit(`${folder}/package.json`, json(packageJson(name, spec, kind)))
  emit(`${folder}/tsconfig.json`, json({ extends: '../../tsconfig.base.json', files: [], references: [{ path: './tsconfig.lib.json' }, { path: './tsconfig.spec.json' }] }))
  emit(`${folder}/tsconfig.lib.json`, json({
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/tsconfig.lib.tsbuildinfo' },
    include: ['src/**/*.ts', 'src/**/*.json'],
    exclude: ['src/**/*.spec.ts', 'src/**/testdata'],
    references: references(name, spec, 'tsconfig.lib.json'),
  }))
  emit(`${folder}/tsconfig.spec.json`, json({
    extends: '../../tsconfig.base.json',
    compilerOptions: { outDir: 'out-tsc/spec', rewriteRelativeImportExtensions: false, allowImportingTsExtensions: true, emitDeclarationOnly: true },
    include: ['src/**/*.spec.ts', 'src/**/testdata/**/*.ts'],
    references: [
      { path: './tsconfig.lib.json' },
      ...[...spec.deps, ...(spec.testDeps ?? [])].filter((dep) => dep in packages).map((dep) => ({ path: `../../packages/${dep}/tsconfig.lib.json` })),
    ],
  }))
  emit(`${folder}/vitest.config.mjs`, `import { packageTests } from '../../tools/vitest-package.mjs'\n\nexport default packageTests(import.meta.dirname)\n`)
  for (const [bin, file] of Object.entries(spec.bin ?? {})) emit(`${folder}/${file.slice(2)}`, readFileSync(join(root, 'tools/bin-template.js'), 'utf8').replaceAll('__NAME__', bin), 0o755)
  emit(`${folder}/eslint.config.mjs`, `import { packageConfig } from '../../eslint.config.mjs'\n\nexport default packageConfig('${name}')\n`)
}

const present = (name) => existsSync(join(root, folderOf(name), 'src'))
for (const [name, spec] of Object.entries(packages)) if (present(name)) sync(name, spec, 'lib')
for (const [name, spec] of Object.entries(apps)) if (present(name)) sync(name, spec, 'app')
const projects = [...Object.keys(packages), ...Object.keys(apps)].filter(present)
emit('tsconfig.json', json({ files: [], references: projects.map((name) => ({ path: `./${folderOf(name)}` })) }))

if (stale.length) {
  console.error(`stale boiler-plate (run \`npm run sync\`):\n  ${stale.join('\n  ')}`)
  process.exit(1)
}
