/** istioctl: argv in, exit code out. */
import { runCli } from './compose.ts'
import { readOptions } from './options.ts'
import { terminal } from './terminal.ts'

const output = terminal(process.stdout, process.stderr, (code) => process.exit(code))

process.exitCode = await runCli(process.argv.slice(2), { ...readOptions(process.env, process.argv[1] ?? ''), ...output })
