/**
 * Filter chain match: criterion by criterion, the most specific one wins and there is no way back, as in Envoy.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto#config-listener-v3-filterchainmatch
 */
import { cidrContains, parseIp, type Cidr } from '@istio-ts/foundation'
import type { Address } from '../io/io-engine.ts'
import type { ChainMatch, CompiledChain } from './compiled-listener.ts'

/** What is known of a connection when its chain is chosen. */
export interface ChainInput {
  readonly local: Address
  readonly remote: Address
  /** SNI, lower case; '' without one. */
  readonly serverName: string
  readonly transport: 'tls' | 'raw_buffer'
  /** What the client offers, in its order; or what the HTTP inspector saw. */
  readonly alpn: readonly string[]
}

/** The chain for a connection; undefined if none matches. */
export function matchChain(chains: readonly CompiledChain[], input: ChainInput): CompiledChain | undefined {
  const localIp = ipBytes(input.local)
  const remoteIp = ipBytes(input.remote)
  const localPort = portOf(input.local)
  const remotePort = portOf(input.remote)
  const loopback = isLoopback(remoteIp) || sameIp(localIp, remoteIp)
  let left = chains
  left = best(left, (match) => (match.port === undefined ? 0 : match.port === localPort ? 1 : -1))
  left = best(left, (match) => rangeScore(match.ranges, localIp))
  left = best(left, (match) => serverNameScore(match.serverNames, input.serverName))
  left = best(left, (match) => (match.transport === '' ? 0 : match.transport === input.transport ? 1 : -1))
  left = best(left, (match) => alpnScore(match.alpn, input.alpn))
  left = best(left, (match) => rangeScore(match.directSourceRanges, remoteIp))
  left = best(left, (match) => (match.sourceType === 'ANY' ? 0 : (match.sourceType === 'SAME_IP_OR_LOOPBACK') === loopback ? 1 : -1))
  left = best(left, (match) => rangeScore(match.sourceRanges, remoteIp))
  left = best(left, (match) => (match.sourcePorts.length === 0 ? 0 : match.sourcePorts.includes(remotePort) ? 1 : -1))
  return left[0]
}

/** Keeps the chains with the highest score; a negative score does not match at all. */
function best(chains: readonly CompiledChain[], score: (match: ChainMatch) => number): readonly CompiledChain[] {
  if (chains.length === 0) return chains
  let highest = -1
  let kept: CompiledChain[] = []
  for (const chain of chains) {
    const value = score(chain.match)
    if (value > highest) {
      highest = value
      kept = [chain]
    } else if (value === highest && value >= 0) kept.push(chain)
  }
  return kept
}

/** The longest matching prefix, plus one; 0 without ranges. */
function rangeScore(ranges: readonly Cidr[], address: Uint8Array | undefined): number {
  if (ranges.length === 0) return 0
  let longest = -1
  if (address) for (const range of ranges) if (cidrContains(range, address)) longest = Math.max(longest, range.prefix + 1)
  return longest
}

/** Exact names before wildcards, longer wildcards before shorter. */
function serverNameScore(names: readonly string[], serverName: string): number {
  if (names.length === 0) return 0
  let score = -1
  for (const name of names) {
    if (name === serverName && serverName !== '') return 1_000_000
    if (name.startsWith('.') && serverName.length > name.length && serverName.endsWith(name)) score = Math.max(score, name.length)
    // `*` alone was written without a dot: it asks for any name.
    if (name === '') score = Math.max(score, 1)
  }
  return score
}

/** The client's first protocol that a chain takes decides. */
function alpnScore(wanted: readonly string[], offered: readonly string[]): number {
  if (wanted.length === 0) return 0
  for (const [i, protocol] of offered.entries()) if (wanted.includes(protocol)) return offered.length - i
  return -1
}

const ipBytes = (address: Address): Uint8Array | undefined => (address.kind === 'ip' ? parseIp(address.ip) : undefined)
const portOf = (address: Address): number => (address.kind === 'ip' ? address.port : 0)
const sameIp = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean => a !== undefined && b !== undefined && a.every((byte, i) => byte === b[i])

function isLoopback(address: Uint8Array | undefined): boolean {
  if (!address) return true
  const mapped = address[10] === 255 && address[11] === 255 && address.slice(0, 10).every((byte) => byte === 0)
  if (mapped) return address[12] === 127
  return address.slice(0, 15).every((byte) => byte === 0) && address[15] === 1
}
