/** istioctl: argv in, exit code out. */
import { runCli } from './compose.ts'
import { readOptions } from './options.ts'

const out = (text: string): void => void process.stdout.write(text)
const err = (text: string): void => void process.stderr.write(text)

// A reader that closes its end (`istioctl ... | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await runCli(process.argv.slice(2), { ...readOptions(process.env, process.argv[1] ?? ''), out, err })
