/** Tests with real processes, Envoys, clients and clusters: one at a time, because they measure nothing but share the machine. */
export default {
  root: import.meta.dirname,
  ssr: { resolve: { conditions: ['@istio-ts/source', 'module', 'node', 'development|production'] } },
  test: { name: 'e2e', root: import.meta.dirname, include: ['**/*.spec.ts'], environment: 'node', fileParallelism: false, pool: 'forks', passWithNoTests: true, // a loaded CI machine may miss a deadline once; twice is a defect
    retry: process.env.CI ? 1 : 0, testTimeout: 120_000, hookTimeout: 180_000 },
}
