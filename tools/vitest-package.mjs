import { basename, join } from 'node:path'

/** The vitest configuration of one package or app: specs beside the sources, other packages resolved from their sources. */
export const packageTests = (root) => ({
  root,
  ssr: { resolve: { conditions: ['@istio-ts/source', 'module', 'node', 'development|production'] } },
  test: {
    name: basename(root),
    root,
    include: ['src/**/*.spec.ts'],
    environment: 'node',
    setupFiles: [join(import.meta.dirname, 'vitest-setup.mjs')],
    pool: 'threads',
    maxWorkers: 2,
    passWithNoTests: true,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
