/** Switches as istioctl's users write them: `--verbose`, `--verbose=false`. */
import { Option, type Command } from 'commander'

/** Adds a switch, and its hidden negative form that {@link spelledOut} uses. */
export function switchOption(command: Command, name: string, description: string, initial: boolean, short?: string): Command {
  return command
    .addOption(new Option(`${short === undefined ? '' : `-${short}, `}--${name}`, description).default(initial))
    .addOption(new Option(`--no-${name}`).hideHelp())
}

/** `--verbose=false` as `--no-verbose` and `--verbose=true` as `--verbose`, for names that are switches of some command. */
export function spelledOut(program: Command, argv: readonly string[]): readonly string[] {
  if (!argv.some((argument) => /^--[\w-]+=(?:true|false)$/.test(argument))) return argv
  const switches = new Set(switchesOf(program))
  return argv.map((argument) => {
    const [, name = '', value] = /^--([\w-]+)=(true|false)$/.exec(argument) ?? []
    return switches.has(name) ? (value === 'true' ? `--${name}` : `--no-${name}`) : argument
  })
}

function switchesOf(command: Command): readonly string[] {
  return [...command.options.filter((option) => option.negate).map((option) => option.name().replace(/^no-/, '')), ...command.commands.flatMap(switchesOf)]
}
