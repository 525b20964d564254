/** One table of all validators, composed of the `validators-*.ts` beside this file. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RowValidator } from './row.ts'

/** Reads the parts; each exports `validators`. */
export async function loadValidators(): Promise<ReadonlyMap<string, RowValidator>> {
  const parts = readdirSync(import.meta.dirname).filter((file) => /^validators-[\w-]+\.ts$/.test(file))
  const tables = await Promise.all(parts.map(async (file) => (await import(join(import.meta.dirname, file))) as { readonly validators: Readonly<Record<string, RowValidator>> }))
  return new Map(tables.flatMap((part) => Object.entries(part.validators)))
}
