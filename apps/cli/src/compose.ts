/** The command tree. Each command declares its flags here-by and loads its work on use, so that `version` stays quick. */
import { Command, CommanderError } from 'commander'
import { completionCommand } from './commands/completion/index.ts'
import { localCommand } from './commands/local/index.ts'
import { optionsCommand } from './commands/options/index.ts'
import { proxyConfigCommand } from './commands/proxy-config/index.ts'
import { proxyStatusCommand } from './commands/proxy-status/index.ts'
import { validateCommand } from './commands/validate/index.ts'
import { versionCommand } from './commands/version/index.ts'
import { errorLine, ExitCode, type CliContext } from './context.ts'
import { spelledOut } from './switch-option.ts'

/** Makes the program. */
export function makeProgram(context: CliContext): Command {
  const program = new Command('istioctl')
    .description('Istio configuration command line utility for service operators to debug and diagnose their Istio mesh.')
    .option('-n, --namespace <namespace>', 'Kubernetes namespace')
    .option('-i, --istioNamespace <namespace>', 'Istio system namespace', 'istio-system')
    .option('-c, --kubeconfig <file>', 'Kubernetes configuration file')
    .option('--context <name>', 'Kubernetes configuration context')
    .option('--mesh <dir>', 'Folder of a local mesh; default: the current folder if it holds one, else the only one that runs')
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.out(text), writeErr: (text) => context.err(text) })
    .showSuggestionAfterError()
    .helpCommand(true)
  for (const add of [completionCommand, localCommand, optionsCommand, proxyConfigCommand, proxyStatusCommand, validateCommand, versionCommand]) add(program, context)
  return program
}

/** Runs one command line. @returns the exit code */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  try {
    const program = makeProgram(context)
    await program.parseAsync([...spelledOut(program, argv)], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof ExitCode) return error.code
    if (error instanceof CommanderError) return error.code === 'commander.helpDisplayed' || error.code === 'commander.help' || error.code === 'commander.version' ? 0 : error.exitCode || 1
    context.err(`${errorLine(error)}\n`)
    return 1
  }
}
