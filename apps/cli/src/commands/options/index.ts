/** `istioctl options`: the flags of every command. */
import type { Command } from 'commander'
import type { CliContext } from '../../context.ts'
import { formatRows } from '../../output/table.ts'

/** Adds `options`. */
export function optionsCommand(program: Command, context: CliContext): void {
  program.command('options').description('Displays istioctl global options').action(() => {
    const help = program.createHelp()
    const rows = help.visibleOptions(program).filter((option) => option.long !== '--help').map((option) => [`      ${help.optionTerm(option)}`, help.optionDescription(option)])
    context.out(`The following options can be passed to any command:\n\n${formatRows(rows, 3)}`)
  })
}
