// The import law and the purity rules of docs/architecture.md, plus TypeScript's recommended rules. ESLint looks for the config nearest to a
// file: a package's own eslint.config.mjs is one call of `packageConfig` (its presence also gives the package a `lint` target in Nx).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import js from '@eslint/js'
import tseslint from 'typescript-eslint'

const root = import.meta.dirname
const { packages, apps } = JSON.parse(readFileSync(join(root, 'tools/packages.json'), 'utf8'))

/** `@istio-ts/x` that a package may not import, each with the remedy. */
const foreign = (name, { deps, testDeps = [] }) => ({
  group: [...Object.keys(packages), ...Object.keys(apps)].filter((other) => other !== name && !deps.includes(other) && !testDeps.includes(other)).flatMap((other) => [`@istio-ts/${other}`, `@istio-ts/${other}/*`]),
  message: `${name} may import ${deps.length ? deps.join(', ') : 'nothing of ours'} (import law, docs/architecture.md).`,
})

const CLOCK = 'Take `Clock` from @istio-ts/foundation as a parameter.'
const EDGE = 'Pure code: take the value or an IO port as a parameter; the edges are node/, grpc/, io/ and apps.'

const impure = {
  'no-restricted-globals': ['error',
    ...['process', 'console', 'fetch', 'Buffer', '__dirname', 'require'].map((name) => ({ name, message: EDGE })),
    ...['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({ name, message: CLOCK }))],
  'no-restricted-syntax': ['error',
    { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: CLOCK },
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: CLOCK },
    { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Take a random source as a parameter.' },
    { selector: "Program > VariableDeclaration[kind='let']", message: 'No module state: make it a field of something that lives.' },
    { selector: "Program > ExportNamedDeclaration > VariableDeclaration[kind='let']", message: 'No module state: make it a field of something that lives.' },
    { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' }],
}

const pureFiles = ['src/**/*.ts']
const impureFiles = ['**/*.spec.ts', '**/src/node/**', '**/src/**/node/**', '**/src/grpc/**', '**/src/io/**', '**/testing/**']

/** The configuration of one package or app: everything below, its import law, and purity for libraries. */
export function packageConfig(name) {
  const spec = packages[name] ?? apps[name]
  const law = { files: pureFiles, rules: { 'no-restricted-imports': ['error', { patterns: [foreign(name, spec)] }] } }
  if (!(name in packages) || name === 'testkit') return [...base, law]
  const pure = { files: pureFiles, ignores: impureFiles, rules: { ...impure, 'no-restricted-imports': ['error', { patterns: [foreign(name, spec), { group: ['node:*'], message: EDGE }] }] } }
  return [...base, law, pure]
}

const base = tseslint.config(
  { ignores: ['**/dist/**', '**/out-tsc/**', '**/*.d.ts', '**/node_modules/**', '.nx/**', '**/gen/**', '**/testdata/**', 'manifests/**', 'e2e/oracle/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      // A named interface over an inferred type keeps its name in messages and declarations.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'No enums: a union of texts reads better and erases.' }],
    },
  },
  { files: ['**/*.spec.ts', 'e2e/**/*.ts', 'bench/**/*.ts'], rules: { 'no-restricted-imports': 'off', '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', fetch: 'readonly', Buffer: 'readonly', performance: 'readonly', AbortSignal: 'readonly', AbortController: 'readonly', TextDecoder: 'readonly', TextEncoder: 'readonly', URLSearchParams: 'readonly' } } },
)

export default base
