/** Reading of scalar protobuf JSON: durations, fractions, wide integers, addresses. */
import { parseDuration } from '@istio-ts/foundation'
import type { Address } from '../io/io-engine.ts'
import type { FractionalPercent, RuntimeFractionalPercent, WireAddress } from './wire.ts'

/** A protobuf duration in milliseconds; `fallback` when absent or malformed (malformed ones do not pass the codec). */
export const durationMs = (text: string | undefined, fallback: number): number => (text === undefined ? fallback : parseDuration(text) ?? fallback)

/** A 64 bit integer written as a string (or number) as a number. */
export function wideInteger(value: string | number | undefined, fallback: number): number {
  if (value === undefined) return fallback
  const number = Number(value)
  return Number.isFinite(number) ? number : fallback
}

/** A fraction of requests, 0 to 1; absent means `fallback`. @see envoy.type.v3.FractionalPercent */
export function fraction(percent: FractionalPercent | undefined, fallback: number): number {
  if (percent === undefined) return fallback
  const per = percent.denominator === 'MILLION' ? 1_000_000 : percent.denominator === 'TEN_THOUSAND' ? 10_000 : 100
  return Math.min(1, (percent.numerator ?? 0) / per)
}

/** As {@link fraction}; there is no runtime layer, so the default value is the value. */
export const runtimeFraction = (value: RuntimeFractionalPercent | undefined, fallback: number): number =>
  value === undefined ? fallback : fraction(value.defaultValue, fallback)

/** A socket or pipe address; undefined for internal listeners and names. */
export function socketAddress(address: WireAddress | undefined): Address | undefined {
  if (address?.pipe?.path !== undefined) return { kind: 'pipe', path: address.pipe.path }
  const socket = address?.socketAddress
  return socket ? { kind: 'ip', ip: socket.address ?? '0.0.0.0', port: socket.portValue ?? 0 } : undefined
}

/** `1.2.3.4:80`, `[::1]:80` or the path of a unix socket. */
export const formatAddress = (address: Address): string =>
  address.kind === 'pipe' ? address.path : address.ip.includes(':') ? `[${address.ip}]:${address.port}` : `${address.ip}:${address.port}`
