/** Objects of Kubernetes in files of YAML. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { KubeObject } from './client.ts'

/** All YAML files of a folder and its subfolders, in the order of their paths; none if there is no such folder. */
export const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).sort() : []

/** The objects of a file, in its order. */
export const objectsIn = (file: string): readonly KubeObject[] =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document): unknown => document.toJS()).filter((object): object is KubeObject => typeof object === 'object' && object !== null && 'apiVersion' in object && 'kind' in object)
