/** Response flags as text and back. */
import { expect, it } from 'vitest'
import { Flag, flagOf, formatFlags } from './response-flags.ts'

it('prints used-up retries where Envoy does: before the last failure of a request, after that of a connection', () => {
  expect(formatFlags(Flag.UpstreamConnectionFailure | Flag.UpstreamRetryLimitExceeded)).toBe('URX,UF')
  expect(formatFlags(Flag.UpstreamConnectionFailure | Flag.ConnectAttemptsExceeded)).toBe('UF,URX')
  expect(formatFlags(0)).toBe('-')
})

it('knows every name again, so that a log filter on it takes both kinds', () => {
  expect(flagOf('URX')).toBe(Flag.UpstreamRetryLimitExceeded | Flag.ConnectAttemptsExceeded)
  for (const bit of Object.values(Flag)) expect((flagOf(formatFlags(bit)) ?? 0) & bit).toBe(bit)
  expect(flagOf('XX')).toBeUndefined()
})
