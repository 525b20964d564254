/** Chooses free ports for what has none yet, and keeps the others where they are. */
import { createHash } from 'node:crypto'
import { completeLedger, type PortLedger } from '../ports/ledger.ts'
import { noFreePorts } from './errors.ts'
import { findFreePorts, isPortFree } from './free-port.ts'

/** Spare ports, because a kept port may collide with one that the user now asks for. */
const SPARE = 16

/** What ports are wanted for. */
export interface PortWishes {
  /** The ports so far. */
  readonly ledger: PortLedger
  /** See `portUses`. */
  readonly uses: readonly string[]
  /** Ports the user chose; never given away. */
  readonly reserved: ReadonlySet<number>
  /** True while processes hold the ports: then they are busy because they are ours. Else one that somebody took meanwhile is chosen anew. */
  readonly running: boolean
  /** Any text of the mesh's own: two meshes look in different places first. */
  readonly seed: string
}

/** The completed ledger. @throws MeshError MESH0812 if there are no free ports */
export async function assignPorts({ ledger, uses, reserved, running, seed }: PortWishes): Promise<PortLedger> {
  const usable = running ? ledger : await stillFree(ledger)
  const missing = uses.filter((use) => !Object.hasOwn(usable, use)).length
  const taken = new Set([...reserved, ...Object.values(usable)])
  const stock = [...(await findFreePorts(missing + SPARE, taken, createHash('sha256').update(seed).digest().readUInt32BE(0)))]
  return completeLedger(usable, uses, reserved, (used) => {
    for (let port = stock.shift(); port !== undefined; port = stock.shift()) if (!used.has(port)) return port
    throw noFreePorts()
  })
}

async function stillFree(ledger: PortLedger): Promise<PortLedger> {
  const kept: [string, number][] = []
  for (const [use, port] of Object.entries(ledger)) if (await isPortFree(port)) kept.push([use, port])
  return Object.fromEntries(kept)
}
