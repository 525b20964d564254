/** Tests of the workspace itself: the architecture, the docs and the tools. */
export default {
  root: import.meta.dirname,
  test: { name: 'workspace', root: import.meta.dirname, include: ['**/*.spec.mjs', '**/*.spec.ts'], environment: 'node', testTimeout: 120_000 },
}
