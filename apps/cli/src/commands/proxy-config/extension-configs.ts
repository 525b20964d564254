/** `proxy-config ecds`: extensions whose configuration a proxy fetches by name. */
import { body, section, type ConfigDump } from '../../dump/config-dump.ts'
import { at, listOf, textOf, type Fields } from '../../dump/json-value.ts'
import { compareText } from '../../dump/subset-key.ts'
import { formatTable } from '../../output/table.ts'

/** The section as JSON. */
export const extensionConfigsOf = (dump: ConfigDump): Fields => body(section(dump, 'ecds'))

/** The table, by type and name. */
export function extensionConfigsTable(dump: ConfigDump): string {
  const rows = listOf(extensionConfigsOf(dump)['ecdsFilters']).map(({ ecdsFilter }) => ({ name: textOf(at(ecdsFilter, 'name')), type: textOf(at(ecdsFilter, 'typedConfig', '@type')).replace('type.googleapis.com/', '') }))
  rows.sort((a, b) => compareText(a.type, b.type) || compareText(a.name, b.name))
  return formatTable(['ECDS NAME', 'TYPE'], rows.map(({ name, type }) => [name, type]), 5)
}
