/** Standard output and error, which may be closed by whoever reads them. */
import type { CliContext } from './context.ts'

/** The streams of a process, as far as they are used here. */
export interface OutputStream {
  write(text: string): unknown
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

/**
 * Writes to the streams. A reader that closes its end (`istioctl ... | head`) ends the program without complaint, unless a command has
 * said `keepGoing`. What cannot be said on standard error is lost: a closed terminal is no reason to leave a mesh behind.
 */
export function terminal(stdout: OutputStream, stderr: OutputStream, end: (code: number) => void): Pick<CliContext, 'out' | 'err' | 'keepGoing'> {
  let goesOn = false
  stdout.on('error', (error) => {
    if (!goesOn) end(error.code === 'EPIPE' ? 0 : 1)
  })
  stderr.on('error', () => {})
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    keepGoing: () => void (goesOn = true),
  }
}
