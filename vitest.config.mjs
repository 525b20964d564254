import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const folders = ['packages', 'apps'].flatMap((folder) => readdirSync(join(import.meta.dirname, folder)).map((name) => `${folder}/${name}`))

/** All packages and apps in one run; the end-to-end tests of e2e/ are a run of their own (e2e/vitest.config.mjs). */
export default {
  test: {
    projects: [...folders.filter((folder) => existsSync(join(import.meta.dirname, folder, 'vitest.config.mjs'))), 'tools/vitest.config.mjs'],
    maxWorkers: 2,
  },
}
