/** Writes a completion script for a shell. Each walks the words typed so far to find the command, then offers what may follow it. */
import type { Command } from 'commander'
import type { Shell } from './shell.ts'
import { commandNodes, type CommandNode } from './tree.ts'

/** The script for a shell. */
export function completionScript(shell: Shell, program: Command): string {
  const nodes = commandNodes(program)
  switch (shell) {
    case 'bash': return bashScript(nodes)
    case 'zsh': return zshScript(nodes)
    case 'fish': return fishScript(nodes)
  }
}

/** Single quotes hold everything but themselves. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Cases of a shell's `case`: the path so far and a word that leads on. */
const steps = (nodes: readonly CommandNode[]): readonly string[] =>
  nodes.filter(({ path }) => path !== '').map(({ path, parent, names }) => `      ${names.map((name) => quoted(`${parent}/${name}`)).join('|')}) at=${quoted(path)} ;;`)

function bashScript(nodes: readonly CommandNode[]): string {
  const words = nodes.map(({ path, words: own }) => `    ${quoted(path)}) words=${quoted(own.map(({ text }) => text).join(' '))} ;;`)
  return `# bash completion for istioctl
_istioctl() {
  local at='' words='' i cur="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at/\${COMP_WORDS[i]}" in
${steps(nodes).join('\n')}
    esac
  done
  case "$at" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ \${#COMPREPLY[@]} -eq 0 && "$cur" != -* ]]; then COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _istioctl istioctl
`
}

function zshScript(nodes: readonly CommandNode[]): string {
  const described = (node: CommandNode): string => node.words.map(({ text, description }) => quoted(`${text}:${description.replaceAll(':', '\\:')}`)).join(' ')
  return `#compdef istioctl
_istioctl() {
  local at='' i
  local -a offered
  for ((i = 2; i < CURRENT; i++)); do
    case "$at/\${words[i]}" in
${steps(nodes).join('\n')}
    esac
  done
  case "$at" in
${nodes.map((node) => `    ${quoted(node.path)}) offered=(${described(node)}) ;;`).join('\n')}
  esac
  _describe 'istioctl' offered || _files
}
compdef _istioctl istioctl
`
}

function fishScript(nodes: readonly CommandNode[]): string {
  const cases = nodes.filter(({ path }) => path !== '').map(({ path, parent, names }) => `      case ${names.map((name) => quoted(`${parent}/${name}`)).join(' ')}\n        set at ${quoted(path)}`)
  const offers = nodes.flatMap(({ path, words }) => words.map(({ text, description }) => {
    const word = text.startsWith('--') ? `-l ${quoted(text.slice(2))}` : `-f -a ${quoted(text)}`
    return `complete -c istioctl -n ${quoted(`__istioctl_at ${path === '' ? '""' : path}`)} ${word} -d ${quoted(description)}`
  }))
  return `# fish completion for istioctl
function __istioctl_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    switch "$at/$word"
${cases.join('\n')}
    end
  end
  test "$at" = "$argv[1]"
end
${offers.join('\n')}
`
}
