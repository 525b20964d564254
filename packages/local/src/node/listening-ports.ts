/** On which addresses a process and its children listen: tells who waits for a port that the program listens elsewhere. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { allProcesses } from './process-facts.ts'

/** A listening TCP socket, `127.0.0.1:80` or `[::1]:80`. */
export interface ListeningAddress {
  readonly host: string
  readonly port: number
}

/** All of the process group, by port; empty where it cannot be told. */
export function listeningAddresses(pid: number): readonly ListeningAddress[] {
  // A started program leads a group of its own.
  const inodes = new Set(allProcesses().filter(({ group }) => group === pid).flatMap((one) => socketInodes(one.pid)))
  if (inodes.size === 0) return []
  const found = [...socketsOf(`/proc/${pid}/net/tcp`), ...socketsOf(`/proc/${pid}/net/tcp6`)].filter(({ inode }) => inodes.has(inode))
  return found.map(({ host, port }) => ({ host, port })).sort((a, b) => a.port - b.port)
}

function socketInodes(pid: number): readonly string[] {
  return namesIn(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
    } catch {
      return []
    }
  })
}

/** State of a socket that listens, in /proc/net/tcp. */
const LISTEN = '0A'

function socketsOf(path: string): readonly (ListeningAddress & { readonly inode: string })[] {
  return textOf(path).split('\n').slice(1).flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
    const [address = '', port = ''] = local.split(':')
    return state === LISTEN ? [{ host: hostOf(address), port: Number.parseInt(port, 16), inode }] : []
  })
}

/** Words of four bytes, each as this machine (little endian) holds it: `0100007F` is 127.0.0.1. */
function hostOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)))
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.slice(0, 15).every((byte) => byte === 0)) return bytes[15] === 1 ? '[::1]' : '[::]'
  return `[${Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16)).join(':')}]`
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
