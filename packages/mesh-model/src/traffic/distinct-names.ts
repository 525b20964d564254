/** Server names lead to one chain each: a listener with two chains for one match would be refused whole, and with it everything that it serves. */

/** A chain that is told by server names; none = any name, or no TLS at all. */
interface NamedChain {
  readonly serverNames: readonly string[]
}

/** The chains in their order, each with the names that no earlier one has; those with nothing left are gone. `place` tells apart what else they match by. */
export function distinctNames<Chain extends NamedChain>(chains: readonly Chain[], place: (chain: Chain) => string = () => ''): readonly Chain[] {
  const taken = new Set<string>()
  return chains.flatMap((chain): readonly Chain[] => {
    const at = place(chain)
    const names = [...new Set(chain.serverNames.length === 0 ? [''] : chain.serverNames)]
    const left = names.filter((name) => !taken.has(`${at} ${name}`))
    for (const name of left) taken.add(`${at} ${name}`)
    if (left.length === 0) return []
    return [chain.serverNames.length === 0 || left.length === chain.serverNames.length ? chain : { ...chain, serverNames: left }]
  })
}
