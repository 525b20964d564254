/** The bash script completes in a real bash. */
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { makeProgram } from '../../compose.ts'
import { testContext } from '../../testing/test-context.ts'
import { completionScript } from './run.ts'

const program = makeProgram(testContext())

/** What bash offers for words typed so far; the last is the one to be completed. */
function offered(...words: readonly string[]): readonly string[] {
  const typed = words.map((word) => `'${word}'`).join(' ')
  const script = `${completionScript('bash', program)}\nCOMP_WORDS=(istioctl ${typed})\nCOMP_CWORD=${words.length}\n_istioctl\nprintf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8', timeout: 10_000 }).trim().split('\n')
}

describe('completion in bash', () => {
  it('offers commands', () => expect(offered('proxy-')).toEqual(['proxy-config', 'proxy-status']))
  it('offers parts below an alias', () => expect(offered('pc', 'l')).toEqual(['listener', 'log']))
  it('offers flags of the command and of all commands', () => {
    expect(offered('proxy-config', 'routes', '--n')).toEqual(['--name', '--namespace'])
    expect(offered('validate', '--file')).toEqual(['--filename'])
  })
  it('does not take the value of a flag for a command', () => expect(offered('-n', 'default', 'ver')).toEqual(['version']))
  it('names every shell', () => {
    for (const shell of ['zsh', 'fish'] as const) for (const word of ['proxy-config', 'with-headers', 'validate']) expect(completionScript(shell, program)).toContain(word)
  })
})
