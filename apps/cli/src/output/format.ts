/** `-o json|yaml`, the same for every command. */
import { badFormat } from '../errors.ts'
import { formatYaml } from './yaml.ts'

/** JSON as istioctl prints it. */
export const formatJson = (value: unknown): string => `${JSON.stringify(value, null, 4)}\n`

/** A value in the format asked for; undefined if a table is. @throws MeshError MESH0963 for another format */
export function formatValue(format: string | undefined, table: string, value: () => unknown): string | undefined {
  switch (format) {
    case 'json': return formatJson(value())
    case 'yaml': return formatYaml(value())
    case undefined: case table: return undefined
    default: throw badFormat(format, `json|yaml|${table}`)
  }
}
