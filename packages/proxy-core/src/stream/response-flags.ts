/** Envoy's response flags: why a request or connection ended as it did. @see envoy access log %RESPONSE_FLAGS% */

/** Bits of `StreamInfo.flags`. */
export const Flag = {
  NoHealthyUpstream: 1 << 0,
  UpstreamConnectionFailure: 1 << 1,
  UpstreamOverflow: 1 << 2,
  NoRoute: 1 << 3,
  UpstreamRetryLimitExceeded: 1 << 4,
  NoCluster: 1 << 5,
  DurationTimeout: 1 << 6,
  DownstreamConnectionTermination: 1 << 7,
  FaultInjected: 1 << 8,
  DelayInjected: 1 << 9,
  UpstreamConnectionTermination: 1 << 10,
  UpstreamRequestTimeout: 1 << 11,
  UpstreamRemoteReset: 1 << 12,
  LocalReset: 1 << 13,
  UnauthorizedExternalService: 1 << 14,
  StreamIdleTimeout: 1 << 15,
  DownstreamProtocolError: 1 << 16,
  UpstreamProtocolError: 1 << 17,
  DnsResolutionFailed: 1 << 18,
  DownstreamRemoteReset: 1 << 19,
  OverloadManager: 1 << 20,
  /** URX of a TCP connection: noted after the last failure, so printed after it. */
  ConnectAttemptsExceeded: 1 << 21,
} as const

/** Short and long names. Envoy prints them in the order in which they were set: used-up retries are noted before the last failure is. */
const NAMES: readonly (readonly [number, string, string])[] = [
  [Flag.NoHealthyUpstream, 'UH', 'NoHealthyUpstream'],
  [Flag.UpstreamRetryLimitExceeded, 'URX', 'UpstreamRetryLimitExceeded'],
  [Flag.UpstreamRequestTimeout, 'UT', 'UpstreamRequestTimeout'],
  [Flag.LocalReset, 'LR', 'LocalReset'],
  [Flag.UpstreamRemoteReset, 'UR', 'UpstreamRemoteReset'],
  [Flag.UpstreamConnectionFailure, 'UF', 'UpstreamConnectionFailure'],
  [Flag.UpstreamConnectionTermination, 'UC', 'UpstreamConnectionTermination'],
  [Flag.ConnectAttemptsExceeded, 'URX', 'UpstreamRetryLimitExceeded'],
  [Flag.UpstreamOverflow, 'UO', 'UpstreamOverflow'],
  [Flag.NoRoute, 'NR', 'NoRouteFound'],
  [Flag.DelayInjected, 'DI', 'DelayInjected'],
  [Flag.FaultInjected, 'FI', 'FaultInjected'],
  [Flag.UnauthorizedExternalService, 'UAEX', 'UnauthorizedExternalService'],
  [Flag.DownstreamConnectionTermination, 'DC', 'DownstreamConnectionTermination'],
  [Flag.StreamIdleTimeout, 'SI', 'StreamIdleTimeout'],
  [Flag.DownstreamProtocolError, 'DPE', 'DownstreamProtocolError'],
  [Flag.UpstreamProtocolError, 'UPE', 'UpstreamProtocolError'],
  [Flag.DurationTimeout, 'DT', 'DurationTimeout'],
  [Flag.NoCluster, 'NC', 'NoClusterFound'],
  [Flag.OverloadManager, 'OM', 'OverloadManagerTerminated'],
  [Flag.DnsResolutionFailed, 'DF', 'DnsResolutionFailed'],
  [Flag.DownstreamRemoteReset, 'DR', 'DownstreamRemoteReset'],
]

/** `UF,URX`, or `-` when nothing is set. */
export function formatFlags(flags: number, long = false): string {
  if (flags === 0) return '-'
  return NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, short, full]) => (long ? full : short)).join(',')
}

/** The bits of a short name (`UF`; URX has two); undefined for an unknown one. */
export function flagOf(short: string): number | undefined {
  const bits = NAMES.reduce((all, [bit, name]) => (name === short ? all | bit : all), 0)
  return bits === 0 ? undefined : bits
}
