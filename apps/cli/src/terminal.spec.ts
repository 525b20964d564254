/** Output that nobody reads any more ends a command that only prints, and never one that has a mesh to take down. */
import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { terminal } from './terminal.ts'

class Stream extends EventEmitter {
  text = ''
  write(text: string): void {
    this.text += text
  }
  fail(code: string): void {
    this.emit('error', Object.assign(new Error(code), { code }))
  }
}

function make(): { stdout: Stream; stderr: Stream; ended: number[]; output: ReturnType<typeof terminal> } {
  const [stdout, stderr, ended] = [new Stream(), new Stream(), [] as number[]]
  return { stdout, stderr, ended, output: terminal(stdout, stderr, (code) => void ended.push(code)) }
}

it.each([['EPIPE', 0], ['EIO', 1]])('ends at %s with %i', (code, exit) => {
  const { stdout, ended, output } = make()
  output.out('x')
  stdout.fail(code)
  expect([stdout.text, ended]).toEqual(['x', [exit]])
})

it('goes on where a command said so, and never minds standard error', () => {
  const { stdout, stderr, ended, output } = make()
  stderr.fail('EIO')
  output.keepGoing()
  stdout.fail('EPIPE')
  expect(ended).toEqual([])
})
