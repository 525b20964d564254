/** Real documents for specs: our own golden inputs and the golden data of other people, which lies beside the clone and may be absent. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

/** The folder of the golden data of other people. */
export const corpora = join(process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../../../shared'), 'conformance/istio')

/** An object that stands in a file. */
export interface WrittenObject {
  readonly file: string
  readonly object: Readonly<Record<string, unknown>>
}

/** The YAML files of a folder and its subfolders, except what a golden test expects; none if there is no such folder. */
export const yamlFilesBelow = (folder: string): readonly string[] =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name) && !/^(out|diagnostics)/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))

/** The objects in these files, as a parser other than ours reads them. */
export const objectsBelow = (folder: string): readonly WrittenObject[] =>
  yamlFilesBelow(folder).flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8'))
      .map((document): unknown => document.toJS())
      .filter((object): object is WrittenObject['object'] => typeof object === 'object' && object !== null && !Array.isArray(object))
      .map((object) => ({ file, object })),
  )
