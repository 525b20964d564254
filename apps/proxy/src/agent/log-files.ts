/** Access log text to the process's own streams and to files. */
import { createWriteStream, type WriteStream } from 'node:fs'
import type { LogSink } from '@istio-ts/proxy-core'

/** Writes batches; a file that cannot be written is reported once and then ignored. */
export function logFiles(onError: (path: string, error: Error) => void): LogSink {
  const files = new Map<string, WriteStream>()
  const open = (path: string): WriteStream => {
    const made = createWriteStream(path, { flags: 'a' })
    made.on('error', (error) => onError(path, error))
    files.set(path, made)
    return made
  }
  return {
    write(path, text) {
      if (path === '/dev/stdout') process.stdout.write(text)
      else if (path === '/dev/stderr') process.stderr.write(text)
      else (files.get(path) ?? open(path)).write(text)
    },
  }
}
