/** The example in README.md prints what stands there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCli } from './compose.ts'
import { testContext } from './testing/test-context.ts'

it('runs the example of the README', async () => {
  const folder = join(import.meta.dirname, '..')
  const block = /```console\n([\s\S]*?)```/.exec(readFileSync(join(folder, 'README.md'), 'utf8'))?.[1] ?? ''
  let cwd = folder
  let printed = ''
  const print = (text: string): void => void (printed += text)
  for (const [, words = ''] of block.matchAll(/^\$ (.*)$/gm)) {
    printed += `$ ${words}\n`
    const [program, ...argv] = words.split(' ')
    if (program === 'cd') cwd = join(cwd, argv[0] ?? '')
    else await runCli(argv, testContext({ cwd, xdgStateHome: '/nonexistent', out: print, err: print }))
  }
  expect(printed).toBe(block)
  expect(printed.match(/^\$ istioctl/gm)).toHaveLength(2)
})
