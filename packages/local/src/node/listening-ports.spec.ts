import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { listeningAddresses } from './listening-ports.ts'

it.skipIf(process.platform !== 'linux')('finds where a program and its children listen', async () => {
  const server = `require('net').createServer().listen(0, process.argv[1] || undefined, function () { console.log(this.address().port) })`
  const child = spawn('sh', ['-c', `"$0" -e "$1" 127.0.0.1 & "$0" -e "$1" ::1 & wait`, process.execPath, server], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    let text = ''
    for await (const data of child.stdout) {
      text += String(data)
      if (text.split('\n').length > 2) break
    }
    const ports = text.trim().split('\n').map(Number).sort((a, b) => a - b)
    const found = listeningAddresses(child.pid ?? 0)
    expect(found.map(({ port }) => port)).toEqual(ports)
    expect(found.map(({ host }) => host).sort()).toEqual(['127.0.0.1', '[::1]'])
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
  }
})

it('finds nothing of a process that is not there', () => expect(listeningAddresses(999_999_999)).toEqual([]))
