/** The `grpc-timeout` header. @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }

/** Milliseconds, at least 1 for a positive time; undefined when absent or malformed. */
export function parseGrpcTimeout(value: string | undefined): number | undefined {
  const match = value === undefined ? null : /^(\d{1,8})([HMSmun])$/.exec(value)
  if (!match) return undefined
  const ms = Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0)
  return ms === 0 ? 0 : Math.max(1, Math.ceil(ms))
}
