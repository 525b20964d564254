/** What may follow each command, read off commander's tree. */
import type { Command } from 'commander'

/** A word that may follow. */
export interface Word {
  readonly text: string
  readonly description: string
}

/** A command by its path (`/proxy-config/cluster`; `''` is the program). */
export interface CommandNode {
  readonly path: string
  readonly parent: string
  /** Its name and aliases; the first is the one in the path. */
  readonly names: readonly string[]
  readonly description: string
  /** Subcommands and flags, global flags included. */
  readonly words: readonly Word[]
}

/** All commands, parents first; hidden ones are left out. */
export function commandNodes(program: Command): readonly CommandNode[] {
  return nodesBelow(program, '', '', flagsOf(program).filter(({ text }) => text !== '--help'))
}

function nodesBelow(command: Command, path: string, parent: string, globals: readonly Word[]): readonly CommandNode[] {
  const children = command.createHelp().visibleCommands(command)
  const own = path === '' ? [{ text: '--help', description: 'display help for command' }] : flagsOf(command)
  const words = [...children.map((child) => ({ text: child.name(), description: child.description() })), ...own, ...globals]
  const node: CommandNode = { path, parent, names: [command.name(), ...command.aliases()], description: command.description(), words }
  return [node, ...children.flatMap((child) => nodesBelow(child, `${path}/${child.name()}`, path, globals))]
}

const flagsOf = (command: Command): readonly Word[] =>
  command.createHelp().visibleOptions(command).flatMap((option) => (option.long ? [{ text: option.long, description: option.description }] : []))
