/** Shows the differences of one case for people: `node --conditions=@istio-ts/source show.ts CASE [LIMIT]`. */
import { join } from 'node:path'
import { differencesOf } from './index.ts'

const [name = '', limit = '20', dir = join(import.meta.dirname, '../../../../shared/conformance/istio/xds-dumps')] = process.argv.slice(2)
for (const { proxy, path, expected, actual } of differencesOf(join(dir, name), Number(limit))) {
  console.log(`${proxy}  ${path}\n  expected ${JSON.stringify(expected)?.slice(0, 1500)}\n  actual   ${JSON.stringify(actual)?.slice(0, 1500)}`)
}
