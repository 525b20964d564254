import { packageTests } from '../../tools/vitest-package.mjs'

export default packageTests(import.meta.dirname)
