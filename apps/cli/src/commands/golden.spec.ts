/**
 * Golden folders of the commands: `<command>/testdata/<slug>/command.txt` says why the case exists and what is typed (in that folder),
 * `out.txt` what is printed: standard output, then `[stderr]` and `[exit code]` where there is something to tell.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../compose.ts'
import { testContext } from '../testing/test-context.ts'

const cases = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'testdata')))
  .flatMap(({ name }) => readdirSync(join(import.meta.dirname, name, 'testdata')).map((slug) => ({ command: name, slug })))

describe('istioctl', () => {
  it('has golden folders', () => expect(cases.length).toBeGreaterThan(10))

  it.each(cases)('$command: $slug', async ({ command, slug }) => {
    const folder = join(import.meta.dirname, command, 'testdata', slug)
    const [why = '', typed = ''] = readFileSync(join(folder, 'command.txt'), 'utf8').split('\n')
    expect(why, 'the first line says why the case exists').toMatch(/^# \S/)
    expect(typed).toMatch(/^\$ istioctl /)
    const text = await transcript(typed.slice('$ istioctl '.length).split(' '), folder)
    if (process.env['GOLDEN_UPDATE'] === '1') writeFileSync(join(folder, 'out.txt'), text)
    expect(text).toBe(readFileSync(join(folder, 'out.txt'), 'utf8'))
  })
})

async function transcript(argv: readonly string[], cwd: string): Promise<string> {
  let [out, err] = ['', '']
  const context = testContext({ cwd, xdgStateHome: '/nonexistent', out: (text) => void (out += text), err: (text) => void (err += text) })
  const code = await runCli(argv, context)
  return `${out}${err === '' ? '' : `[stderr]\n${err}`}${code === 0 ? '' : `[exit code ${code}]\n`}`
}
